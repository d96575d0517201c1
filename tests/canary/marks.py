"""Two thousand marked identifiers: made up, unlike anything a run writes by itself, seeded.

A mark is at least eight characters, so that a chance hit is out of the question. Birth dates lie
in 1911 to 1929, where no delivery, release or log has a day of its own.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

SEED = 20260930
FIRST_BIRTH, BIRTH_DAYS = dt.date(1911, 1, 13), 6_500
NO_WORD = "bcdfghjklmnpqrstvwxz"
"""Letters without vowels: no word of any language comes out."""


class Kind(StrEnum):
    """What a mark pretends to be."""

    NHS_NUMBER = "nhs_number"
    WRONG_NHS_NUMBER = "wrong_nhs_number"
    SURNAME = "surname"
    FORENAME = "forename"
    EMAIL = "email"
    MEMBER = "member"
    REFERRAL = "referral"
    POSTCODE = "postcode"
    BIRTH_DATE = "birth_date"
    MOBILE = "mobile"
    HOUSEHOLD = "household"
    CARD = "card"


HOW_MANY = {
    Kind.NHS_NUMBER: 300,
    Kind.WRONG_NHS_NUMBER: 100,
    Kind.SURNAME: 250,
    Kind.FORENAME: 250,
    Kind.EMAIL: 150,
    Kind.MEMBER: 350,
    Kind.REFERRAL: 100,
    Kind.POSTCODE: 150,
    Kind.BIRTH_DATE: 150,
    Kind.MOBILE: 50,
    Kind.HOUSEHOLD: 50,
    Kind.CARD: 100,
}


@dataclass(frozen=True)
class Mark:
    """One marked identifier, as a provider would write it (a date as ISO)."""

    kind: Kind
    text: str

    def __repr__(self) -> str:
        """The kind only: a failing test must not print what it looked for."""
        return f"Mark({self.kind.value})"


def make_marks(seed: int = SEED) -> tuple[Mark, ...]:
    """All marks, each text once; the same seed gives the same marks."""
    draw = random.Random(seed)
    made: dict[str, Mark] = {}
    for kind, count in HOW_MANY.items():
        wanted = len(made) + count
        while len(made) < wanted:
            text = MAKERS[kind](draw)
            made.setdefault(text.casefold(), Mark(kind, text))
    return tuple(made.values())


def check_digit(nine: str) -> int:
    """The modulus 11 check digit of nine digits; 10 when there is none."""
    total = sum((10 - place) * int(digit) for place, digit in enumerate(nine))
    return (11 - total % 11) % 11


def _nhs_number(draw: random.Random) -> str:
    while True:
        nine = "999" + _digits(draw, 6)
        if check_digit(nine) < 10:
            return f"{nine}{check_digit(nine)}"


def _wrong_nhs_number(draw: random.Random) -> str:
    right = _nhs_number(draw)
    return right[:9] + str((int(right[9]) + draw.randint(1, 9)) % 10)


def _name(draw: random.Random) -> str:
    return _letters(draw, 9).capitalize()


def _email(draw: random.Random) -> str:
    return f"{_letters(draw, 6)}.{_letters(draw, 6)}@canary.example"


def _number(prefix: str, draw: random.Random) -> str:
    # Capital letters among digits: neither hex nor the base 32 of a pseudonym.
    return f"{prefix}8{_letters(draw, 4).upper()}{_digits(draw, 4)}"


def _postcode(draw: random.Random) -> str:
    # Eights and nines, which no base 32 holds.
    outward = f"X{draw.choice(NO_WORD)}{draw.choice('89')}{draw.choice(NO_WORD)}"
    return f"{outward} {draw.choice('89')}{_letters(draw, 2)}".upper()


def _birth_date(draw: random.Random) -> str:
    while True:
        day = FIRST_BIRTH + dt.timedelta(days=draw.randrange(BIRTH_DAYS))
        # Day and month must differ and both orders must be dates that nothing else has.
        if day.day > 12:
            return day.isoformat()


def _mobile(draw: random.Random) -> str:
    return f"07700900{_digits(draw, 3)}"


def _card(draw: random.Random) -> str:
    return f"8837{_digits(draw, 12)}"


def _letters(draw: random.Random, count: int) -> str:
    return "".join(draw.choices(NO_WORD, k=count))


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


MAKERS: dict[Kind, Callable[[random.Random], str]] = {
    Kind.NHS_NUMBER: _nhs_number,
    Kind.WRONG_NHS_NUMBER: _wrong_nhs_number,
    Kind.SURNAME: _name,
    Kind.FORENAME: _name,
    Kind.EMAIL: _email,
    Kind.MEMBER: lambda draw: _number("M", draw),
    Kind.REFERRAL: lambda draw: _number("R", draw),
    Kind.POSTCODE: _postcode,
    Kind.BIRTH_DATE: _birth_date,
    Kind.MOBILE: _mobile,
    Kind.HOUSEHOLD: lambda draw: _number("H", draw),
    Kind.CARD: _card,
}
