"""A candidate waits, is approved by two, rejected by one, or lapses; the ledger knows each."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipelines.candidates import (
    approved,
    ask_officers,
    candidates,
    demo_officers_folder,
    forget,
    is_demo_house,
    lapse,
    officers_of,
    only_candidate,
    sign_in_airflow,
    sign_with_key,
)
from pipelines.core.errors import BadRelease, NotSignedOff
from pipelines.core.files import write_whole
from pipelines.core.officers import officer_file
from pipelines.core.plan import Plan
from pipelines.core.settings import PROJECT, People, settings_from
from pipelines.house import House, open_house
from pipelines.publish import Candidate, Decided, Waiting
from pipelines.publish.shown import shown_report
from pipelines.release import assemble, plan_release, stage_icb
from tests.conftest import TEST_KEY
from tests.released import PERIOD_END, TODAY, fill_store
from tests.rooms.sign_off.people import ADA, ADA_KEY, BEN, BEN_KEY, NO, NOW, REASON, YES

LATER = NOW + dt.timedelta(minutes=5)
YES_LATER = Decided(YES, REASON, LATER)
TOO_LATE = NOW + dt.timedelta(days=7, seconds=1)


@dataclass(frozen=True)
class Desk:
    """A house with two officers, and what lies on their desk."""

    house: House
    plan: Plan
    candidate: Candidate

    @property
    def release_id(self) -> str:
        """The candidate's id."""
        return self.candidate.release_id

    def ask(self, now: dt.datetime = NOW) -> Waiting:
        """Put the candidate before the officers."""
        return ask_officers(self.house, self.plan, self.candidate, now)

    def ada(self, decided: Decided = YES_LATER) -> None:
        """Ada decides."""
        sign_with_key(self.house, self.release_id, ADA.id, decided, ADA_KEY)

    def ben(self, decided: Decided = YES_LATER) -> None:
        """Ben decides."""
        sign_with_key(self.house, self.release_id, BEN.id, decided, BEN_KEY)

    def events(self) -> list[str]:
        """What the ledger says about candidates."""
        found = [str(entry["event"]) for entry in self.house.ledger.entries()]
        return [event for event in found if event.startswith("candidate_")]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A real candidate of one ICB, made once: the tests give it other digests."""
    root = tmp_path_factory.mktemp("desk")
    schemas = root / "schemas"
    schemas.mkdir()
    for path in (PROJECT / "schemas").iterdir():
        if path.name != "officers":
            (schemas / path.name).symlink_to(path)
    for officer in (ADA, BEN):
        write_whole(schemas / "officers" / f"{officer.id}.yaml", officer_file(officer).encode())
    environ = {
        "WIDEBRIDGE_HOME": str(root / "home"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_SCHEMAS": str(schemas),
        "WIDEBRIDGE_EXPECTATIONS": str(root / "none"),
    }
    house = open_house(settings_from(environ), environ)
    fill_store(house)
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, icbs=["QOP"])
    stage_icb(house, plan, "QOP")
    return Desk(house, plan, assemble(house, plan))


@pytest.fixture
def desk(staged: Desk, tmp_path: Path) -> Iterator[Desk]:
    """The same candidate in a ledger of its own, waiting for nobody yet."""
    from pipelines.audit.ledger import FileLedger

    signer = staged.house.keys.signer("ledger")
    ledger = FileLedger(tmp_path / "ledger" / "ledger.jsonl", signer=signer)
    # A digest of its own makes the question a new one.
    digest = hashlib.sha256(str(tmp_path).encode()).hexdigest()
    house = replace(staged.house, ledger=ledger)
    yield Desk(house, staged.plan, replace(staged.candidate, digest=digest))


def code_of(refused: pytest.ExceptionInfo[NotSignedOff]) -> str:
    return refused.value.code


def test_two_officers_approve_a_candidate_and_the_ledger_knows(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    desk.ben()
    _, waiting = approved(desk.house, desk.release_id, LATER)
    assert [a.officer_id for a in waiting.approvals] == [ADA.id, BEN.id]
    assert desk.events() == ["candidate_waiting", "candidate_approved", "candidate_approved"]


def test_the_plan_is_kept_with_the_candidate(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    desk.ben()
    assert approved(desk.house, desk.release_id, LATER)[0] == desk.plan


def test_one_approval_is_not_enough(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    with pytest.raises(NotSignedOff) as refused:
        approved(desk.house, desk.release_id, LATER)
    assert code_of(refused) == "release-unsigned"


def test_the_same_officer_cannot_approve_twice(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    with pytest.raises(NotSignedOff) as refused:
        desk.ada(Decided(YES, "once more, to be sure", LATER + dt.timedelta(hours=1)))
    assert code_of(refused) == "approval-same-person"
    assert desk.events() == ["candidate_waiting", "candidate_approved"]


def test_the_same_answer_given_again_by_a_retry_counts_once(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    desk.ada()
    assert desk.events() == ["candidate_waiting", "candidate_approved"]


def test_a_rejection_is_final(desk: Desk) -> None:
    desk.ask()
    desk.ada(Decided(NO, "the coverage looks wrong", LATER))
    with pytest.raises(NotSignedOff) as refused:
        desk.ben()
    assert code_of(refused) == "release-rejected"
    assert desk.events() == ["candidate_waiting", "candidate_rejected"]


def test_a_rejection_stands_when_the_same_candidate_is_made_again(desk: Desk) -> None:
    desk.ask()
    desk.ada(Decided(NO, "the coverage looks wrong", LATER))
    assert [a.decision for a in desk.ask(LATER).approvals] == [NO]


def test_a_candidate_lapses_when_nobody_answers_in_time(desk: Desk) -> None:
    desk.ask()
    with pytest.raises(NotSignedOff) as refused:
        desk.ada(Decided(YES, REASON, TOO_LATE))
    assert code_of(refused) == "candidate-lapsed"
    assert desk.events() == ["candidate_waiting", "candidate_lapsed"]


def test_a_lapse_is_recorded_once(desk: Desk) -> None:
    desk.ask()
    lapse(desk.house, desk.release_id)
    candidates(desk.house, TOO_LATE)
    assert desk.events() == ["candidate_waiting", "candidate_lapsed"]


def test_what_was_approved_in_time_cannot_be_published_too_late(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    desk.ben()
    with pytest.raises(NotSignedOff) as refused:
        approved(desk.house, desk.release_id, TOO_LATE)
    assert code_of(refused) == "candidate-lapsed"


def test_a_lapsed_candidate_is_asked_about_anew_without_its_old_approvals(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    lapse(desk.house, desk.release_id)
    assert desk.ask(TOO_LATE).approvals == ()


def test_another_content_is_asked_about_anew(desk: Desk) -> None:
    desk.ask()
    desk.ada()
    other = replace(desk, candidate=replace(desk.candidate, digest="e" * 64))
    assert other.ask().approvals == ()


def test_an_officer_in_airflow_is_known_by_their_login(desk: Desk) -> None:
    desk.ask()
    approval = sign_in_airflow(desk.house, desk.release_id, "ada", Decided(YES, REASON, LATER))
    assert (approval.officer_id, approval.key_id) == (
        ADA.id,
        desk.house.keys.signer("release").key_id,
    )


def test_nobody_in_particular_cannot_approve_in_airflow(desk: Desk) -> None:
    desk.ask()
    with pytest.raises(NotSignedOff) as refused:
        sign_in_airflow(desk.house, desk.release_id, "Anonymous", Decided(YES, REASON, LATER))
    assert code_of(refused) == "approval-anonymous"


@pytest.mark.parametrize("release_id", ["nothing", "..", "../..", "a/b", ""])
def test_an_id_of_nothing_that_waits_is_refused(desk: Desk, release_id: str) -> None:
    with pytest.raises(NotSignedOff) as refused:
        lapse(desk.house, release_id)
    assert code_of(refused) == "candidate-unknown"


def test_the_only_candidate_that_waits_need_not_be_named(desk: Desk) -> None:
    desk.ask()
    assert only_candidate(desk.house) == desk.release_id


def test_which_candidate_is_meant_must_be_said_when_none_waits(desk: Desk) -> None:
    forget(desk.house, desk.release_id)
    with pytest.raises(NotSignedOff) as refused:
        only_candidate(desk.house)
    assert code_of(refused) == "candidate-unnamed"


def test_a_damaged_note_beside_a_candidate_is_told(desk: Desk) -> None:
    desk.ask()
    note = desk.house.settings.staging / "waiting" / desk.release_id / "waiting.json"
    note.write_text("{")
    with pytest.raises(BadRelease, match="candidate-unreadable"):
        lapse(desk.house, desk.release_id)


def test_a_rejection_stands_when_what_was_kept_beside_the_candidate_is_lost(desk: Desk) -> None:
    desk.ask()
    desk.ada(Decided(NO, "the coverage looks wrong", LATER))
    note = desk.house.settings.staging / "waiting" / desk.release_id / "waiting.json"
    note.write_text("{")
    desk.ask(LATER)
    with pytest.raises(NotSignedOff) as refused:
        desk.ben()
    assert code_of(refused) == "release-rejected"


def test_officers_read_a_page_that_says_that_it_is_not_signed(desk: Desk) -> None:
    desk.ask()
    page = shown_report(desk.house.settings.pages, desk.release_id)
    assert page is not None
    assert b"may not be shared" in page


@pytest.mark.parametrize("release_id", ["", "..", "../../etc", "waiting/..", "%2e%2e", "nothing"])
def test_no_page_is_shown_for_what_is_no_release(desk: Desk, release_id: str) -> None:
    assert shown_report(desk.house.settings.pages, release_id) is None


def test_no_page_is_shown_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    (tmp_path / "pages" / "released" / "r1").mkdir(parents=True)
    (tmp_path / "pages" / "released" / "r1" / "report.html").symlink_to(tmp_path / "secret.html")
    assert shown_report(tmp_path / "pages", "r1") is None


def test_a_house_that_takes_real_people_knows_no_demo_officers(desk: Desk, tmp_path: Path) -> None:
    settings = replace(desk.house.settings, home=tmp_path, people=People.REAL)
    demo_officers_folder(settings).mkdir()
    assert not is_demo_house(settings, desk.house.agreements)


def test_a_house_with_one_real_agreement_knows_no_demo_officers(desk: Desk, tmp_path: Path) -> None:
    settings = replace(desk.house.settings, home=tmp_path)
    demo_officers_folder(settings).mkdir()
    assert is_demo_house(settings, desk.house.agreements)
    agreements = dict(desk.house.agreements)
    agreements["harbour_leisure"] = replace(agreements["harbour_leisure"], owner="dpo@trust.nhs.uk")
    assert not is_demo_house(settings, agreements)


def test_demo_officers_of_another_house_are_not_read(desk: Desk) -> None:
    assert set(officers_of(desk.house)) == {ADA.id, BEN.id}
