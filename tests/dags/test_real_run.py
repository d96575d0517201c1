"""Airflow's services for real: on SQLite, and on PostgreSQL as the compose file has them.

Everything is asked over REST, as a person or another system would.
"""

import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.core.settings import settings_from
from tests.dags.airflow_servers import OFFICER, Airflow, airflow_environment, airflow_services
from tests.dags.comparison import (
    delivered_identifiers,
    differing_tables,
    extracts_of,
    found_in,
    sign_off_of,
)
from tests.dags.conftest import AS_OF, OPEN_TABLES, PEOPLE, RELEASE_CONF, Deliveries
from tests.dags.postgres_server import postgres

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

LONGEST = 300
FORM = {"role": "release officer", "reason": "read and right"}


@dataclass(frozen=True)
class RealRun:
    """What happened, and where the release is."""

    backend: str
    intake: dict[str, str]
    started_by_asset: str
    rejected: str
    kept_back: bool
    approved: str
    question: str
    second_answer: int
    releases: Path
    airflow_home: Path


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def real_run(
    request: pytest.FixtureRequest,
    deliveries: Deliveries,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RealRun]:
    """Both lines through running services: intake, a release that is rejected, one approved."""
    root = tmp_path_factory.mktemp(f"real-{request.param}")
    environment = airflow_environment(root / "airflow", deliveries.environment(root / "house"))
    with ExitStack() as stack:
        if request.param == "postgresql":
            address = stack.enter_context(postgres())
            environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = address
        airflow = stack.enter_context(airflow_services(root / "airflow", environment))
        airflow.wait_for_dags(len(OPEN_TABLES) + len(PEOPLE) + 1)
        intake = take_in(airflow, [*OPEN_TABLES, *PEOPLE[:-1]])
        # Only now may an asset start a release: one event, one run, and its own days are not ours.
        airflow.unpause("release")
        intake |= take_in(airflow, [PEOPLE[-1]])
        started_by_asset = airflow.wait_for_asset_run("release", 60)
        airflow.end_run("release", started_by_asset)
        releases = settings_from(environment).releases
        rejected, _, _ = release(airflow, "Reject")
        kept_back = not list(releases.glob("*/manifest.json"))
        approved, question, second_answer = release(airflow, "Approve")
        yield RealRun(
            backend=request.param,
            intake=intake,
            started_by_asset=started_by_asset,
            rejected=rejected,
            kept_back=kept_back,
            approved=approved,
            question=question,
            second_answer=second_answer,
            releases=releases,
            airflow_home=root / "airflow",
        )


def take_in(airflow: Airflow, providers: list[str]) -> dict[str, str]:
    """Run the intake DAGs; open tables before people, who need them. Returns the runs' states."""
    open_tables = [p for p in providers if p in OPEN_TABLES]
    states: dict[str, str] = {}
    for batch in (open_tables, [p for p in providers if p not in OPEN_TABLES]):
        runs = {}
        for provider in batch:
            airflow.unpause(f"intake_{provider}")
            runs[provider] = airflow.trigger(f"intake_{provider}", {"as_of": AS_OF})
        states |= {p: airflow.wait_for_run(f"intake_{p}", r, LONGEST) for p, r in runs.items()}
    return states


def release(airflow: Airflow, answer: str) -> tuple[str, str, int]:
    """Run the release DAG and answer it: its state, the question, a second answer's status."""
    run_id = airflow.trigger("release", RELEASE_CONF)
    question = str(airflow.wait_until_asked(run_id, LONGEST)["subject"])
    airflow.answer(run_id, answer, FORM)
    try:
        airflow.answer(run_id, answer, FORM)
        second_answer = 200
    except urllib.error.HTTPError as error:
        second_answer = error.code
    return airflow.wait_for_run("release", run_id, LONGEST), question, second_answer


def test_every_delivery_is_taken_in(real_run: RealRun) -> None:
    assert real_run.intake == dict.fromkeys([*OPEN_TABLES, *PEOPLE], "success")


def test_intake_starts_a_release_by_itself(real_run: RealRun) -> None:
    assert real_run.started_by_asset


def test_nothing_is_published_when_the_officer_rejects(real_run: RealRun) -> None:
    assert (real_run.rejected, real_run.kept_back) == ("success", True)


def test_the_officer_is_asked_about_the_release_by_its_id(
    real_run: RealRun, by_command: Path
) -> None:
    assert real_run.question == f"Publish release {by_command.name}?"


def test_a_second_answer_is_refused(real_run: RealRun) -> None:
    assert real_run.second_answer == 409


def test_the_approved_release_is_the_command_lines_byte_for_byte(
    real_run: RealRun, by_command: Path
) -> None:
    assert real_run.approved == "success"
    assert extracts_of(real_run.releases / by_command.name) == extracts_of(by_command)


def test_the_approved_release_reads_back_as_the_command_lines(
    real_run: RealRun, by_command: Path
) -> None:
    assert differing_tables(real_run.releases / by_command.name, by_command) == []


def test_the_release_names_the_officer_who_answered(real_run: RealRun, by_command: Path) -> None:
    signed = sign_off_of(real_run.releases / by_command.name)
    assert (signed["officer"], signed["role"], signed["reason"]) == (
        OFFICER,
        FORM["role"],
        FORM["reason"],
    )


def test_airflow_logs_no_identifier_of_anyone(real_run: RealRun, deliveries: Deliveries) -> None:
    assert found_in(real_run.airflow_home, {b"harbour_leisure"})
    assert found_in(real_run.airflow_home, delivered_identifiers(deliveries.inbox)) == []
