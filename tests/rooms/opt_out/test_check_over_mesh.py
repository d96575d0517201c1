"""The opt-out check against NHS England's MESH sandbox, over mutual TLS on loopback.

The service behind the second mailbox is a stand-in, for the real one is closed to us: see
`national_service.py`. The exchange, its client, its reports and its chunks are the real ones.
"""

import dataclasses
import datetime as dt
import os
from contextlib import nullcontext

import pytest

from pipelines.core.errors import BadConsent, BadDelivery
from pipelines.opt_out import check_opt_outs
from pipelines.source.mailbox import Mailbox, open_mailbox
from tests.rooms.opt_out.conftest import Bench
from tests.rooms.opt_out.national_service import (
    OURS,
    STRANGER,
    WORKFLOW,
    NationalService,
    listed,
    nhs_numbers,
)

NUMBERS = nhs_numbers(30)
OPTED_OUT = set(NUMBERS[3:5])
ALLOWED = frozenset(NUMBERS) - OPTED_OUT


@pytest.fixture
def bench(bench: Bench) -> Bench:
    bench.service.opted_out = OPTED_OUT
    return bench


def refusal_of(bench: Bench, numbers: list[str]) -> str:
    with pytest.raises((BadConsent, BadDelivery)) as caught:
        check_opt_outs(numbers, bench.desk())
    return caught.value.code


def test_people_who_opted_out_are_struck_out(bench: Bench) -> None:
    assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED


def test_the_mailbox_is_looked_into_at_once_and_then_after_a_pause(bench: Bench) -> None:
    check_opt_outs(NUMBERS, bench.desk())
    assert bench.pauses == [60]


def test_each_number_is_asked_for_once(bench: Bench) -> None:
    check_opt_outs(NUMBERS, bench.desk())
    check_opt_outs(NUMBERS[:10], bench.desk())
    assert bench.service.questions == [NUMBERS]


def test_a_later_delivery_asks_for_its_new_people_alone(bench: Bench) -> None:
    check_opt_outs(NUMBERS[:10], bench.desk())
    assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED
    assert bench.service.questions[1] == NUMBERS[10:]


def test_the_answer_is_acknowledged_once_it_is_kept(bench: Bench) -> None:
    check_opt_outs(NUMBERS, bench.desk())
    assert bench.inbox() == []


def test_what_is_kept_shows_nobodys_number(bench: Bench) -> None:
    check_opt_outs(NUMBERS, bench.desk())
    kept = b"".join(path.read_bytes() for path in bench.sealed_files())
    opened = b"".join(
        bench.keys.unseal(f"opt-out/{path.name}", path.read_bytes())
        for path in bench.sealed_files()
    )
    assert opened.count(b"n1t.") == len(NUMBERS) + len(ALLOWED)
    assert [n for n in NUMBERS if n.encode() in kept + opened] == []


def test_the_ledger_tells_of_question_and_answer(bench: Bench) -> None:
    check_opt_outs(NUMBERS, bench.desk())
    assert bench.events() == ["opt_out_asked", "opt_out_answered"]


def test_an_old_answer_is_deleted_and_asked_for_anew(bench: Bench) -> None:
    check_opt_outs(NUMBERS, bench.desk())
    old = bench.sealed_files()
    bench.passed = dt.timedelta(days=1)
    bench.service.opted_out = set(NUMBERS[20:])
    assert refusal_of(bench, NUMBERS) == "opt-out-answer-untimely"
    assert [path for path in old if path.exists()] == []


def test_a_clock_that_runs_ahead_of_the_exchange_refuses_the_answer(bench: Bench) -> None:
    bench.passed = dt.timedelta(hours=1)
    assert refusal_of(bench, NUMBERS) == "opt-out-answer-untimely"


def test_an_answer_from_the_future_is_refused(bench: Bench) -> None:
    bench.passed = -dt.timedelta(hours=1)
    assert refusal_of(bench, NUMBERS) == "opt-out-answer-untimely"


def test_a_service_that_is_silent_refuses_and_its_late_answer_is_used(bench: Bench) -> None:
    with pytest.raises(BadConsent, match="opt-out-unanswered"):
        check_opt_outs(NUMBERS, bench.desk(pause=lambda _: None))
    bench.service.work()
    assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED
    assert bench.service.questions == [NUMBERS]


def test_an_answer_to_a_forgotten_question_is_thrown_away(bench: Bench) -> None:
    with pytest.raises(BadConsent, match="opt-out-unanswered"):
        check_opt_outs(NUMBERS[:10], bench.desk(pause=lambda _: None))
    (question,) = bench.desk().cache.questions()
    bench.desk().cache.drop(question)
    bench.service.work()
    assert check_opt_outs(NUMBERS[10:], bench.desk()) == ALLOWED & set(NUMBERS[10:])
    assert bench.inbox() == []
    assert set(bench.desk().cache.verdicts().values()) == {True}


WRONG_ANSWERS = {
    "opt-out-answer-strangers": lambda right: right + listed(nhs_numbers(31)[30:]),
    "opt-out-answer-unreadable": lambda right: right.replace(b"\n", b"\r\n"),
    "opt-out-answer-short": lambda right: b"".join(right.splitlines(keepends=True)[:10]),
}


@pytest.mark.parametrize("code", WRONG_ANSWERS)
def test_an_answer_that_does_not_fit_is_refused_and_the_next_one_used(
    bench: Bench, code: str
) -> None:
    rightful, bench.service.answer = bench.service.answer, WRONG_ANSWERS[code]
    assert refusal_of(bench, NUMBERS) == code
    bench.service.answer = rightful
    assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED


def test_the_sentence_that_refuses_a_question_is_no_answer(bench: Bench) -> None:
    bench.service.answer = lambda _: b"The file was refused.\n"
    assert refusal_of(bench, NUMBERS) == "opt-out-answer-unreadable"


def test_an_answer_larger_than_any_rightful_one_is_not_read(bench: Bench) -> None:
    bench.service.answer = lambda right: right * 100
    assert refusal_of(bench, NUMBERS) == "mesh-too-large"


def test_an_answer_from_another_mailbox_is_left_alone(bench: Bench) -> None:
    check = bench.desk(pause=lambda _: NationalService(bench.sandbox, (), mailbox=STRANGER).work())
    with bench.sandbox.client(STRANGER) as stranger:
        local_id = "WB-NOT-OURS"
        stranger.send_message(OURS, listed(NUMBERS), workflow_id=WORKFLOW, local_id=local_id)
    with pytest.raises(BadConsent, match="opt-out-unanswered"):
        check_opt_outs(NUMBERS, check)
    assert len(bench.inbox()) == 1


def test_a_question_that_was_not_delivered_is_said_to_be(bench: Bench) -> None:
    """The sandbox makes the report that comes after five days in the other mailbox (error 14)."""

    def report(_: float) -> None:
        asked = bench.sealed_files()[0].stem
        said = {"code": "14", "description": "x", "workflow_id": WORKFLOW, "local_id": asked}
        bench.sandbox.admin("post", "/messageexchange/admin/report", {"mailbox_id": OURS, **said})

    with pytest.raises(BadConsent, match="opt-out-undelivered"):
        check_opt_outs(NUMBERS, bench.desk(pause=report))
    assert bench.inbox() == []


class DiesAcknowledging(Mailbox):
    """A mailbox whose process ends before the exchange hears of an acknowledgement."""

    def acknowledge(self, message_id: str) -> None:  # noqa: ARG002 (dies before it is used)
        os._exit(9)


class DiesSending(Mailbox):
    """A mailbox whose process ends after the exchange took a message, before we know it."""

    def send(self, recipient: str, workflow: str, local_id: str, data: bytes) -> None:
        super().send(recipient, workflow, local_id, data)
        os._exit(9)


def run_until_it_dies(bench: Bench, dying: type[Mailbox]) -> None:
    """A check in a process of its own that ends in the middle."""
    child = os.fork()
    if child == 0:
        mailbox = dying(bench.sandbox.client(OURS))
        desk = dataclasses.replace(bench.desk(), open_mailbox=lambda: nullcontext(mailbox))
        try:
            check_opt_outs(NUMBERS, desk)
        finally:
            os._exit(1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 9:
        pytest.fail("the run did not die where it should")


def test_after_a_crash_before_the_acknowledgement_it_is_acknowledged_once(bench: Bench) -> None:
    """FAULTS row 31: the process dies with the answer kept and not acknowledged."""
    run_until_it_dies(bench, DiesAcknowledging)
    before = len(bench.inbox())
    assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED
    assert (before, len(bench.inbox())) == (1, 0)
    assert bench.events() == ["opt_out_asked", "opt_out_answered"]


def test_a_run_that_died_while_sending_asks_the_same_question(bench: Bench) -> None:
    """Two answers come then; the second is acknowledged and changes nothing."""
    run_until_it_dies(bench, DiesSending)
    assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED
    assert bench.service.questions == [NUMBERS, NUMBERS]
    assert len(bench.sealed_files()) == 1


def test_an_acknowledgement_that_got_lost_may_be_given_again(bench: Bench) -> None:
    """FAULTS row 32: the exchange knew already, and we did not know that it did."""
    with bench.sandbox.client(STRANGER) as stranger:
        message_id = stranger.send_message(OURS, b"x", workflow_id=WORKFLOW)
    with open_mailbox(bench.file) as mailbox:
        mailbox.acknowledge(message_id)
        mailbox.acknowledge(message_id)
        assert mailbox.waiting(WORKFLOW) == []


def test_an_answer_that_lacks_a_piece_is_neither_used_nor_acknowledged(bench: Bench) -> None:
    """FAULTS row 33: of three pieces the second never came."""

    def answer_in_pieces(_: float) -> None:
        local_id, right = bench.sealed_files()[0].stem, listed(sorted(ALLOWED))
        with bench.sandbox.client(bench.service.mailbox) as service:
            facts = {"workflow_id": WORKFLOW, "local_id": local_id}
            first = service.send_chunk(OURS, right[:96], 1, 3, **facts)
            message_id = first.json()["message_id"]
            service.send_chunk(OURS, right[192:], 3, 3, message_id=message_id)

    with pytest.raises(BadDelivery, match="mesh-message-gone"):
        check_opt_outs(NUMBERS, bench.desk(pause=answer_in_pieces))
    assert len(bench.inbox()) == 1
    assert bench.events() == ["opt_out_asked"]


def test_an_answer_in_pieces_is_put_together(bench: Bench) -> None:
    def answer_in_pieces(_: float) -> None:
        local_id = bench.sealed_files()[0].stem
        with bench.sandbox.client(bench.service.mailbox) as service:
            service.send_message(
                OURS, listed(sorted(ALLOWED)), max_chunk_size=96,
                workflow_id=WORKFLOW, local_id=local_id,
            )  # fmt: skip

    assert check_opt_outs(NUMBERS, bench.desk(pause=answer_in_pieces)) == ALLOWED
