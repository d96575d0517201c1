"""The same marks through the intake DAGs: Airflow's database, logs and XComs hold none of them."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.canary.marks import Kind, make_marks
from tests.canary.played import Played, searcher
from tests.canary.run import KEY
from tests.canary.search import Found
from tests.dags.airflow_servers import airflow_environment, run_airflow

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

GOOD_AND_REFUSED, BROKEN = "intake_movewell_referrals", "intake_parkside_trust"


@dataclass(frozen=True)
class InAirflow:
    """How the tasks ended, and what was found in all that Airflow and the tasks wrote."""

    ended: dict[str, list[str]]
    home: Path
    found: Found


@pytest.fixture(scope="module")
def in_airflow(played: Played, tmp_path_factory: pytest.TempPathFactory) -> InAirflow:
    root = tmp_path_factory.mktemp("canary-airflow")
    (root / "watched" / "temporary").mkdir(parents=True)
    inbox = _inbox(played, root / "inbox")
    house = root / "watched" / "house"
    shutil.copytree(played.root / "base", house)
    home = root / "watched" / "airflow"
    environment = {
        **airflow_environment(
            home,
            {
                "WIDEBRIDGE_HOME": str(house),
                "WIDEBRIDGE_INBOX": str(inbox),
                "WIDEBRIDGE_EXPECTATIONS": str(root / "none"),
                "WIDEBRIDGE_ROOT_KEY": KEY,
            },
        ),
        "TMPDIR": str(root / "watched" / "temporary"),
        # Every library may say all that it has to say.
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG",
    }
    run_airflow(environment, "db", "migrate")
    _run_both(environment, home)
    ended = {dag: (home / f"{dag}-ended").read_text().split() for dag in (GOOD_AND_REFUSED, BROKEN)}
    return InAirflow(ended, home, searcher().folder(root / "watched"))


def _inbox(played: Played, inbox: Path) -> Path:
    """A good delivery with refused ones beside it, and one for the DAG whose stage breaks."""
    (sent,) = played.root.glob("inbox-*")
    shutil.copytree(sent / "movewell" / "movewell_referrals", inbox / "movewell_referrals")
    refused = sorted((sent / "refused" / "movewell_referrals").glob("2026-01-0[123]"))
    for drop in refused:
        shutil.copytree(drop, inbox / "movewell_referrals" / drop.name)
    shutil.copytree(sent / "accepted" / "parkside_trust", inbox / "parkside_trust")
    return inbox


def _run_both(environment: dict[str, str], home: Path) -> None:
    mark = next(m.text for m in make_marks() if m.kind is Kind.NHS_NUMBER)
    words = [GOOD_AND_REFUSED, BROKEN, "validate/check_rows"]
    with (home / "said").open("wb") as said:
        subprocess.run(
            [sys.executable, "-m", "tests.canary.airflow_runs", *words],
            env=environment, input=mark.encode(), cwd=home, stdout=said, stderr=said, check=True,
        )  # fmt: skip


def test_one_delivery_goes_through_and_the_others_are_refused(in_airflow: InAirflow) -> None:
    tasks = [end for end in in_airflow.ended[GOOD_AND_REFUSED] if end.startswith("take_in")]
    assert sorted(end.split("=")[1] for end in tasks) == ["failed", "failed", "success"]


def test_a_stage_of_the_other_dag_breaks(in_airflow: InAirflow) -> None:
    assert "take_in[0]=failed" in in_airflow.ended[BROKEN]


def test_airflow_wrote_a_database_and_logs(in_airflow: InAirflow) -> None:
    assert (in_airflow.home / "airflow.db").stat().st_size > 100_000
    assert b"BrokenTaskError" in (in_airflow.home / "said").read_bytes()


def test_no_mark_is_found_in_anything_that_airflow_wrote(in_airflow: InAirflow) -> None:
    assert in_airflow.found.files > 20
    assert in_airflow.found.finds == set()
