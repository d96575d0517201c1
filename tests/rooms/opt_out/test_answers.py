"""When an answer of the national service is believed: to the byte, to the person, to the minute."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.consent.opt_out import valid_numbers
from pipelines.consent.opt_out_answer import (
    check_fits,
    check_when_answered,
    read_answer,
    write_question,
)
from pipelines.core.errors import BadConsent
from tests.rooms.opt_out.national_service import nhs_numbers

FIRST, SECOND, *OTHERS = nhs_numbers(40)
NOON = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def code_of(answer: bytes) -> str:
    with pytest.raises(BadConsent) as caught:
        read_answer(answer)
    return caught.value.code


def test_a_question_is_a_number_a_line_with_comma_and_line_feed() -> None:
    assert write_question([SECOND, FIRST]) == f"{FIRST},\n{SECOND},\n".encode()


def test_an_answer_is_read_with_and_without_commas() -> None:
    assert read_answer(f"{FIRST},\n{SECOND}\n".encode()) == {FIRST, SECOND}


UNREADABLE = {
    "carriage returns": b"%s,\r\n",
    "a lone carriage return": b"%s,\r",
    "no line feed at the end": b"%s,\n%s",
    "a number cut short": b"%s,\n99900",
    "spaces": b"999 000 0018,\n",
    "an empty line": b"%s,\n\n",
    "a byte order mark": b"\xef\xbb\xbf%s,\n",
    "UTF-16": "9990000018,\n".encode("utf-16-le"),
    "two numbers a line": b"%s,%s,\n",
    "a sentence": b"The file was refused.\n",
    "a number twice": b"%s,\n%s,\n",
}


@pytest.mark.parametrize("pattern", UNREADABLE.values(), ids=UNREADABLE)
def test_anything_else_is_no_answer(pattern: bytes) -> None:
    answer = pattern.replace(b"%s", FIRST.encode())
    assert code_of(answer) == "opt-out-answer-unreadable"


def test_an_empty_answer_is_not_taken_for_everybody_opted_out() -> None:
    assert code_of(b"") == "opt-out-answer-empty"


def test_no_message_quotes_the_answer() -> None:
    with pytest.raises(BadConsent) as caught:
        read_answer(f"{FIRST}\r\n".encode())
    assert FIRST not in str(caught.value)


def test_nobody_may_be_in_an_answer_who_was_not_asked_for() -> None:
    with pytest.raises(BadConsent, match="opt-out-answer-strangers"):
        check_fits(frozenset([FIRST, SECOND]), [FIRST], 0.5)


@pytest.mark.parametrize(("kept", "refused"), [(20, False), (19, True)])
def test_an_answer_that_strikes_out_more_than_the_share_was_cut_short(
    kept: int, refused: bool
) -> None:
    asked = nhs_numbers(40)
    try:
        check_fits(frozenset(asked[:kept]), asked, 0.5)
        code = ""
    except BadConsent as refusal:
        code = refusal.code
    assert code == ("opt-out-answer-short" if refused else "")


def test_of_a_few_people_all_may_have_opted_out() -> None:
    check_fits(frozenset([FIRST]), nhs_numbers(19), 0.5)


TIMES = [
    ("in between", NOON + MINUTE, NOON + HOUR, True),
    ("clocks a little apart", NOON - 4 * MINUTE, NOON, True),
    ("before the question", NOON - 6 * MINUTE, NOON + HOUR, False),
    ("from the future", NOON + HOUR, NOON + MINUTE, False),
    ("without a time", None, NOON + HOUR, False),
    ("on the last minute", NOON + HOUR, NOON + 24 * HOUR - MINUTE, True),
    ("too old", NOON + HOUR, NOON + 24 * HOUR, False),
]


@pytest.mark.parametrize(
    ("answered_at", "now", "fine"), [t[1:] for t in TIMES], ids=[t[0] for t in TIMES]
)
def test_the_time_of_an_answer(
    answered_at: dt.datetime | None, now: dt.datetime, fine: bool
) -> None:
    try:
        check_when_answered(answered_at, NOON, NOON + 24 * HOUR, now)
        believed = True
    except BadConsent:
        believed = False
    assert believed is fine


def test_numbers_that_the_service_would_refuse_are_not_sent() -> None:
    wrong = [FIRST[:9], FIRST + "0", FIRST[:9] + str((int(FIRST[9]) + 1) % 10), "0" * 10, "x" * 10]
    assert valid_numbers([FIRST, FIRST, "٩" * 10, *wrong]) == [FIRST]


@given(answer=st.binary(max_size=200) | st.text("0123456789,\n\r", max_size=200).map(str.encode))
def test_whatever_comes_back_nobody_is_allowed_who_was_not_asked_for(answer: bytes) -> None:
    allowed: frozenset[str] = frozenset()
    with suppress(BadConsent):
        found = read_answer(answer)
        check_fits(found, [FIRST, SECOND], 0.5)
        allowed = found
    assert allowed <= {FIRST, SECOND}


@given(data=st.data())
def test_one_altered_byte_never_lets_anybody_in(data: st.DataObject) -> None:
    asked = [FIRST, SECOND, *OTHERS]
    right = bytearray(write_question(asked[1:]))
    place = data.draw(st.integers(0, len(right) - 1))
    right[place] = data.draw(st.integers(0, 255))
    with suppress(BadConsent):
        found = read_answer(bytes(right))
        check_fits(found, asked, 0.5)
        assert FIRST not in found
