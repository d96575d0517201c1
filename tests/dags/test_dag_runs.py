"""Both lines through `dag.test()`: the DAGs themselves, without a scheduler.

An API server runs beside the release, because an officer answers through it.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.settings import PROJECT, settings_from
from tests.dags.airflow_servers import (
    FIRST,
    SECOND,
    airflow_environment,
    airflow_services,
    run_airflow,
    run_python,
    running,
)
from tests.dags.comparison import (
    approvals_of,
    delivered_identifiers,
    differing_tables,
    extracts_of,
    found_in,
)
from tests.dags.conftest import (
    AS_OF,
    OPEN_TABLES,
    PEOPLE,
    REASON,
    RELEASE_CONF,
    ROLE,
    Deliveries,
)

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

TEST_RUNS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
for dag_id, conf in json.loads(sys.argv[2]):
    run = bag.dags[dag_id].test(run_conf=conf)
    tasks = [(t.task_id, t.map_index, str(t.state), t.try_number) for t in run.get_task_instances()]
    print("\\nRUN" + json.dumps([dag_id, {"state": str(run.state), "tasks": sorted(tasks)}]))
"""

Runs = dict[str, dict[str, Any]]


def intake_runs(environment: Mapping[str, str], *providers: str) -> Runs:
    """`dag.test()` of the providers' intake DAGs, one after another in one process."""
    asked = [[f"intake_{provider}", {"as_of": AS_OF}] for provider in providers]
    return runs_in(run_python(environment, TEST_RUNS, str(PROJECT / "dags"), json.dumps(asked)))


def runs_in(printed: str) -> Runs:
    """What TEST_RUNS printed."""
    lines = [line.removeprefix("RUN") for line in printed.splitlines() if line.startswith("RUN")]
    assert lines, printed[-3000:]
    return dict(json.loads(line) for line in lines)


def states(runs: Runs, dag_id: str) -> dict[str, str]:
    """The state of every task of a run; mapped tasks as `task[index]`."""
    return {
        task if index < 0 else f"{task}[{index}]": state
        for task, index, state, _ in runs[dag_id]["tasks"]
    }


@pytest.fixture(scope="module")
def first(airflow_home: dict[str, str]) -> Runs:
    """Every provider's deliveries taken in, open tables first."""
    return intake_runs(airflow_home, *OPEN_TABLES, *PEOPLE)


@pytest.fixture(scope="module")
def again(first: Runs, airflow_home: dict[str, str]) -> Runs:
    """The same DAG once more, when nothing new has come."""
    assert first
    return intake_runs(airflow_home, "parkside_trust")


@pytest.fixture(scope="module")
def released(first: Runs, airflow_home: dict[str, str]) -> tuple[Runs, Path]:
    """The release DAG, approved by an officer through the API."""
    assert first
    home = Path(airflow_home["AIRFLOW_HOME"])
    asked = json.dumps([["release", RELEASE_CONF]])
    command: list[str | Path] = [sys.executable, "-c", TEST_RUNS, PROJECT / "dags", asked]
    output = home / "release.txt"
    with (
        airflow_services(home, airflow_home, scheduling=False) as airflow,
        running(command, airflow_home, output) as process,
    ):
        run_id = airflow.wait_for_any_run("release", 60)
        for which, name in (("first", FIRST), ("second", SECOND)):
            airflow.wait_until_asked(run_id, which, 180)
            airflow.as_user(name).answer(run_id, which, "Approve", REASON)
        process.wait(120)
    settings = settings_from(airflow_home)
    manifests = list(settings.releases.glob("*/manifest.json"))
    assert manifests, output.read_text("utf-8")[-3000:]
    return runs_in(output.read_text("utf-8")), manifests[0].parent


def test_every_intake_run_succeeds(first: Runs) -> None:
    assert {dag_id: run["state"] for dag_id, run in first.items()} == {
        f"intake_{provider}": "success" for provider in (*OPEN_TABLES, *PEOPLE)
    }


def test_each_drop_is_a_task_of_its_own(first: Runs) -> None:
    assert states(first, "intake_harbour_leisure") == {
        "find": "success",
        "take_in[0]": "success",
        "take_in[1]": "success",
        "take_in[2]": "success",
        "announce": "success",
        "all_taken_in": "success",
    }


def test_nothing_is_announced_when_nothing_is_new(first: Runs, again: Runs) -> None:
    assert states(first, "intake_parkside_trust")["announce"] == "success"
    assert states(again, "intake_parkside_trust")["announce"] == "skipped"


def test_the_release_run_succeeds_once_two_officers_approved(
    released: tuple[Runs, Path],
) -> None:
    runs, _ = released
    assert set(states(runs, "release").values()) == {"success"}


def test_the_release_is_the_command_lines_byte_for_byte(
    released: tuple[Runs, Path], by_command: Path
) -> None:
    _, release = released
    assert release.name == by_command.name
    assert extracts_of(release) == extracts_of(by_command)


def test_the_release_reads_back_as_the_command_lines(
    released: tuple[Runs, Path], by_command: Path
) -> None:
    _, release = released
    assert differing_tables(release, by_command) == []


def test_the_release_is_signed_by_the_officers_who_answered(
    released: tuple[Runs, Path],
) -> None:
    _, release = released
    assert approvals_of(release) == [(n, ROLE, REASON, "airflow") for n in (FIRST, SECOND)]


def test_airflow_keeps_no_identifier_of_anyone(
    released: tuple[Runs, Path], airflow_home: dict[str, str], deliveries: Deliveries
) -> None:
    assert released
    kept = Path(airflow_home["AIRFLOW_HOME"])
    assert "airflow.db" in found_in(kept, {b"harbour_leisure"})
    assert found_in(kept, delivered_identifiers(deliveries.inbox)) == []


@pytest.fixture(scope="module")
def tampered(
    deliveries: Deliveries, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Runs, dict[str, str]]:
    """A provider with a tampered drop and, beside it, a good one."""
    root = tmp_path_factory.mktemp("tampered")
    inbox = root / "inbox"
    for provider in ("synthetic_postcodes", "harbour_leisure"):
        shutil.copytree(deliveries.inbox / provider, inbox / provider)
    with next(inbox.glob("harbour_leisure/2026-09-30/members_*.json")).open("ab") as stream:
        stream.write(b" ")
    house = {**deliveries.environment(root / "house"), "WIDEBRIDGE_INBOX": str(inbox)}
    environment = airflow_environment(root / "airflow", house)
    run_airflow(environment, "db", "migrate")
    return intake_runs(environment, "synthetic_postcodes", "harbour_leisure"), environment


def test_a_refused_drop_fails_the_run_and_lets_the_good_one_through(
    tampered: tuple[Runs, dict[str, str]],
) -> None:
    runs, _ = tampered
    assert (runs["intake_harbour_leisure"]["state"], states(runs, "intake_harbour_leisure")) == (
        "failed",
        {
            "find": "success",
            "take_in[0]": "failed",
            "take_in[1]": "success",
            "take_in[2]": "success",
            "announce": "success",
            "all_taken_in": "upstream_failed",
        },
    )


def test_a_refusal_is_not_retried(tampered: tuple[Runs, dict[str, str]]) -> None:
    runs, _ = tampered
    tries = {(t, i): n for t, i, _, n in runs["intake_harbour_leisure"]["tasks"]}
    assert tries["take_in", 0] == 1


def test_the_ledger_holds_the_code_of_the_refusal(
    tampered: tuple[Runs, dict[str, str]],
) -> None:
    _, environment = tampered
    entries = FileLedger(settings_from(environment).ledger).entries()
    failures = [e["facts"] for e in entries if e["event"] == "task_failed"]
    assert [(f["dag"], f["task"]) for f in failures] == [("intake_harbour_leisure", "take_in")]
    assert failures[0]["code"].startswith("delivery-")
