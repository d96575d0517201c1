"""Airflow's services for real: on SQLite, and on PostgreSQL as the compose file has them.

Everything is asked over REST, as a person or another system would.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.settings import settings_from
from pipelines.publish import verify_release
from tests.dags.airflow_servers import (
    FIRST,
    OUTSIDER,
    SECOND,
    Airflow,
    Page,
    airflow_environment,
    airflow_services,
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
from tests.dags.postgres_server import postgres

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

LONGEST = 300
SHORT_PATIENCE = "0.0007"
"""Days: a minute, in which nobody answers."""


@dataclass(frozen=True)
class Outcome:
    """How a run of the release DAG ended, and which of its tasks did what."""

    run_id: str
    state: str
    tasks: dict[str, str]
    question: str = ""
    second_answer: int = 0


@dataclass(frozen=True)
class Pages:
    """What the report's tab answers, to whom: status, headers and text."""

    waiting: Page
    published: Page
    without_login: Page
    without_rights: Page
    unknown_run: Page
    other_dag: Page
    outside: Page


@dataclass(frozen=True)
class RealRun:
    """What happened, and where the release is."""

    backend: str
    intake: dict[str, str]
    started_by_asset: str
    rejected: Outcome
    same_person: Outcome
    kept_back: bool
    approved: Outcome
    pages: Pages
    events: list[tuple[str, str]]
    releases: Path
    environment: dict[str, str]
    airflow_home: Path


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def real_run(
    request: pytest.FixtureRequest,
    deliveries: Deliveries,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RealRun]:
    """Both lines through running services: releases that are kept back, and one approved."""
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
        settings = settings_from(environment)
        # A rejection is final, so each question is about another day's release.
        rejected = release(airflow, "2026-10-16", [(FIRST, "Reject")])
        same_person = release(airflow, "2026-10-17", [(FIRST, "Approve"), (FIRST, "Approve")])
        kept_back = not list(settings.releases.glob("*/manifest.json"))
        approved = release(airflow, AS_OF, [(FIRST, "Approve"), (SECOND, "Approve")])
        yield RealRun(
            backend=request.param,
            intake=intake,
            started_by_asset=started_by_asset,
            rejected=rejected,
            same_person=same_person,
            kept_back=kept_back,
            approved=approved,
            pages=pages(airflow, same_person.run_id, approved.run_id),
            events=sign_off_events(environment),
            releases=settings.releases,
            environment=environment,
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


def release(airflow: Airflow, as_of: str, answers: Sequence[tuple[str, str]]) -> Outcome:
    """Run the release DAG for a day and let officers answer it in turn."""
    run_id = airflow.trigger("release", {**RELEASE_CONF, "as_of": as_of})
    question, second_answer = "", 0
    for which, (name, option) in zip(("first", "second"), answers, strict=False):
        asked = airflow.wait_until_asked(run_id, which, LONGEST)
        question = question or str(asked["subject"])
        officer = airflow.as_user(name)
        again = officer.answer_for_good(run_id, which, option, REASON, LONGEST)
        second_answer = second_answer or again
    return ended(airflow, run_id, question, second_answer)


def ended(airflow: Airflow, run_id: str, question: str = "", second_answer: int = 0) -> Outcome:
    """How a run ended, once it has."""
    state = airflow.wait_for_run("release", run_id, LONGEST)
    tasks = {str(t["task_id"]): str(t["state"]) for t in airflow.tasks("release", run_id)}
    return Outcome(run_id, state, tasks, question, second_answer)


def pages(airflow: Airflow, waiting: str, published: str) -> Pages:
    """Ask the report's tab as different people, for runs of every kind."""
    place = "/widebridge/report"
    nobody = Airflow(airflow.address, airflow.home)
    return Pages(
        waiting=airflow.page(f"{place}/release/{waiting}"),
        published=airflow.page(f"{place}/release/{published}"),
        without_login=nobody.page(f"{place}/release/{published}"),
        without_rights=airflow.as_user(OUTSIDER).page(f"{place}/release/{published}"),
        unknown_run=airflow.page(f"{place}/release/no-such-run"),
        other_dag=airflow.page(f"{place}/intake_harbour_leisure/{published}"),
        outside=airflow.page(f"{place}/release/..%2F..%2F..%2Fetc%2Fpasswd"),
    )


def sign_off_events(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the ledger says about candidates: what happened, and by whom."""
    entries = FileLedger(settings_from(environment).ledger).entries()
    return [
        (str(e["event"]), str(e["facts"].get("officer", "")))
        for e in entries
        if str(e["event"]).startswith("candidate_")
    ]


@pytest.fixture(scope="module")
def unattended(
    deliveries: Deliveries, by_command: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outcome, Outcome, list[tuple[str, str]]]:
    """An Airflow in which everybody is Anonymous, and which waits a minute for an answer."""
    root = tmp_path_factory.mktemp("unattended")
    # The store of the command line's house, which has everything taken in.
    shutil.copytree(by_command.parent.parent, root / "house")
    shutil.rmtree(root / "house" / "releases")
    (root / "house" / "ledger").rename(root / "old-ledger")
    environment = airflow_environment(root / "airflow", deliveries.environment(root / "house"))
    environment["WIDEBRIDGE_SIGN_OFF_DAYS"] = SHORT_PATIENCE
    environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] = "True"
    with airflow_services(root / "airflow", environment) as airflow:
        airflow.wait_for_dags(len(OPEN_TABLES) + len(PEOPLE) + 1)
        airflow.unpause("release")
        anonymous = release(airflow, "2026-10-16", [(FIRST, "Approve")])
        unanswered = ended(airflow, airflow.trigger("release", RELEASE_CONF))
    assert not list(settings_from(environment).releases.glob("*/manifest.json"))
    return anonymous, unanswered, sign_off_events(environment)


def test_every_delivery_is_taken_in(real_run: RealRun) -> None:
    assert real_run.intake == dict.fromkeys([*OPEN_TABLES, *PEOPLE], "success")


def test_intake_starts_a_release_by_itself(real_run: RealRun) -> None:
    assert real_run.started_by_asset


def test_nothing_is_published_when_an_officer_rejects(real_run: RealRun) -> None:
    tasks = real_run.rejected.tasks
    assert (real_run.rejected.state, real_run.kept_back) == ("success", True)
    assert (tasks["record_first"], tasks["publish"]) == ("skipped", "skipped")


def test_nobody_is_asked_in_vain_after_a_rejection(real_run: RealRun) -> None:
    assert real_run.rejected.tasks["second_sign_off"] == "skipped"


def test_the_same_person_twice_is_refused(real_run: RealRun) -> None:
    tasks = real_run.same_person.tasks
    assert (real_run.same_person.state, real_run.kept_back) == ("failed", True)
    assert (tasks["record_second"], tasks["publish"]) == ("failed", "upstream_failed")


def test_the_officers_are_asked_about_the_release_by_its_id(
    real_run: RealRun, by_command: Path
) -> None:
    assert real_run.approved.question == f"Publish release {by_command.name}? (first sign-off)"


def test_a_second_answer_to_one_question_is_refused(real_run: RealRun) -> None:
    assert real_run.approved.second_answer == 409


def test_the_approved_release_is_the_command_lines_byte_for_byte(
    real_run: RealRun, by_command: Path
) -> None:
    assert real_run.approved.state == "success"
    assert extracts_of(real_run.releases / by_command.name) == extracts_of(by_command)


def test_the_approved_release_reads_back_as_the_command_lines(
    real_run: RealRun, by_command: Path
) -> None:
    assert differing_tables(real_run.releases / by_command.name, by_command) == []


def test_the_release_names_the_two_officers_who_answered(
    real_run: RealRun, by_command: Path
) -> None:
    assert approvals_of(real_run.releases / by_command.name) == [
        (name, ROLE, REASON, "airflow") for name in (FIRST, SECOND)
    ]


def test_the_approved_release_verifies(real_run: RealRun, by_command: Path) -> None:
    assert verify_release(real_run.releases / by_command.name).release_id == by_command.name


def test_the_ledger_knows_every_question_and_every_answer(real_run: RealRun) -> None:
    asked = ("candidate_waiting", "")
    yes = [("candidate_approved", FIRST), ("candidate_approved", SECOND)]
    assert [e for e in real_run.events if e != asked] == [
        ("candidate_rejected", FIRST), yes[0], *yes,
    ]  # fmt: skip
    assert real_run.events.count(asked) >= 3


def test_the_tab_shows_the_report_of_a_candidate_that_waits(real_run: RealRun) -> None:
    status, _, text = real_run.pages.waiting
    assert (status, "may not be shared" in text) == (200, True)


def test_the_tab_shows_the_report_of_the_published_release(
    real_run: RealRun, by_command: Path
) -> None:
    status, _, text = real_run.pages.published
    assert (status, by_command.name in text) == (200, True)
    assert FIRST in text


def test_the_page_may_load_and_run_nothing(real_run: RealRun) -> None:
    _, headers, _ = real_run.pages.published
    policy = {name.lower(): value for name, value in headers.items()}["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script" not in policy


def test_without_a_login_there_is_no_report(real_run: RealRun, by_command: Path) -> None:
    status, _, text = real_run.pages.without_login
    assert (status, by_command.name in text) == (401, False)


def test_who_may_not_see_the_dag_may_not_see_its_report(real_run: RealRun) -> None:
    assert real_run.pages.without_rights[0] == 403


@pytest.mark.parametrize("kind", ["unknown_run", "other_dag", "outside"])
def test_there_is_no_report_of_anything_else(real_run: RealRun, kind: str) -> None:
    page: Page = getattr(real_run.pages, kind)
    assert page[0] == 404


def test_nobody_in_particular_cannot_sign(
    unattended: tuple[Outcome, Outcome, list[tuple[str, str]]],
) -> None:
    anonymous, _, _ = unattended
    assert (anonymous.state, anonymous.tasks["record_first"]) == ("failed", "failed")


def test_a_question_that_nobody_answers_in_time_is_a_rejection(
    unattended: tuple[Outcome, Outcome, list[tuple[str, str]]],
) -> None:
    _, unanswered, events = unattended
    assert (unanswered.tasks["record_first"], unanswered.tasks["publish"]) == ("skipped", "skipped")
    assert events[-1] == ("candidate_lapsed", "")


def test_airflow_logs_no_identifier_of_anyone(real_run: RealRun, deliveries: Deliveries) -> None:
    assert found_in(real_run.airflow_home, {b"harbour_leisure"})
    assert found_in(real_run.airflow_home, delivered_identifiers(deliveries.inbox)) == []
