"""The question to the national opt-out service, and when its answer is believed.

The service gives back the NHS numbers whose people have not opted out. An answer that does not fit
its question to the byte is no answer.
"""

import datetime as dt
import re
from collections.abc import Collection

from pipelines.core.errors import BadConsent

LINE = re.compile(rb"([0-9]{10}),?\n")
CLOCKS_APART = dt.timedelta(minutes=5)
"""How much the exchange's clock and ours may differ."""
SMALL_QUESTION = 20
"""Below so many numbers, the share that an answer strikes out says nothing about the answer."""


def write_question(numbers: Collection[str]) -> bytes:
    """The file that the service reads: a number a line, each behind it a comma and a line feed."""
    return "".join(f"{number},\n" for number in sorted(numbers)).encode("ascii")


def read_answer(answer: bytes) -> frozenset[str]:
    """The numbers in an answer, written as the question is. Raises `BadConsent`."""
    if not answer:
        raise _bad(
            "opt-out-answer-empty",
            "is empty.",
            "Either everybody asked for has opted out, or it was lost: ask NHS England which.",
        )
    lines = answer.splitlines(keepends=True)
    matches = [LINE.fullmatch(line) for line in lines]
    numbers = [match[1].decode("ascii") for match in matches if match]
    if len(numbers) != len(lines) or len(set(numbers)) != len(numbers):
        raise _bad(
            "opt-out-answer-unreadable",
            "is not a list of ten-digit numbers, each once, each line ended by a line feed.",
            "It was cut short or altered, or it says why the service refused the question.",
        )
    return frozenset(numbers)


def check_fits(allowed: frozenset[str], asked: Collection[str], largest_share: float) -> None:
    """Raise `BadConsent` for strangers in the answer, or for far too few people in it."""
    if not allowed <= set(asked):
        raise _bad(
            "opt-out-answer-strangers",
            "names people who were not asked for.",
            "It answers another question. Tell NHS England, then ask again.",
        )
    struck_out = len(set(asked)) - len(allowed)
    if len(asked) >= SMALL_QUESTION and struck_out > largest_share * len(asked):
        raise _bad(
            "opt-out-answer-short",
            f"strikes out more than {largest_share:.0%} of the people asked for.",
            "It was probably cut short: ask again. If it is right, raise opt_out.largest_share.",
        )


def check_when_answered(
    answered_at: dt.datetime | None,
    asked_at: dt.datetime,
    use_until: dt.datetime,
    now: dt.datetime,
) -> None:
    """Raise `BadConsent` unless the answer came after its question and may still be used.

    `answered_at` is the exchange's own time: no time, or one to come, is none at all.
    """
    if (
        answered_at is None
        or not asked_at - CLOCKS_APART <= answered_at <= now + CLOCKS_APART
        or now >= use_until
    ):
        raise _bad(
            "opt-out-answer-untimely",
            "bears no time at which it can have been given, or is too old to be used.",
            "Check this machine's clock, then ask again.",
        )


def _bad(code: str, problem: str, advice: str) -> BadConsent:
    message = f"the answer of the national opt-out service {problem}"
    return BadConsent(code, message, f"Nobody's record was used. {advice}")
