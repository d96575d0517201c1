"""Normal forms, as SQL: what a text becomes, and when it is valid.

NHS number: ten digits, modulus 11 (NHS Data Dictionary), not all the same digit, in a range issued
in England and Wales; or, where a house is for synthetic people, in the range 999 and no other.
Postcode: upper case, one space before the last three characters, the letter O read as nought (and
nought as O) where only the other can stand (BS 7666).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.core.settings import People


@dataclass(frozen=True)
class Form:
    """SQL makers: `normal` of a text, and `valid` of its normal form."""

    normal: Callable[[str], str]
    valid: Callable[[str], str]


def _nhs_number(text: str) -> str:
    return f"replace(replace(trim({text}), ' ', ''), '-', '')"


def _nhs_number_is_valid(number: str, ranges: str) -> str:
    digit = [f"(ascii(substring({number}, {i + 1}, 1)) - 48)" for i in range(10)]
    weighted = " + ".join(f"{10 - i} * {digit[i]}" for i in range(9))
    check = f"(11 - ({weighted}) % 11)"
    return (
        f"regexp_full_match({number}, '{ranges}') "
        f"and {number} <> repeat(substring({number}, 1, 1), 10) "
        f"and {check} <> 10 and {check} % 11 = {digit[9]}"
    )


POSTCODE = "[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}"


def _postcode(text: str) -> str:
    packed = f"replace(upper(trim({text})), ' ', '')"
    outward = f"substring({packed}, 1, length({packed}) - 3)"
    inward_digit = f"replace(substring({packed}, -3, 1), 'O', '0')"
    # The first place of the outward part is always a letter.
    outward = (
        f"case when {outward} like '0%' then 'O' || substring({outward}, 2) else {outward} end"
    )
    return f"(({outward}) || ' ' || {inward_digit} || substring({packed}, -2, 2))"


def _postcode_is_valid(postcode: str) -> str:
    return f"regexp_full_match({postcode}, '{POSTCODE}')"


POSTCODES = Form(_postcode, _postcode_is_valid)
RANGES = {People.REAL: "[467][0-9]{9}", People.SYNTHETIC: "999[0-9]{7}"}


def forms_for(people: People) -> Mapping[str, Form]:
    """The forms by name, for a house of real or of synthetic people: neither takes the other's."""

    def valid(number: str) -> str:
        return _nhs_number_is_valid(number, RANGES[people])

    return {"nhs_number": Form(_nhs_number, valid), "postcode": POSTCODES}
