"""Normal forms, as SQL: what a text becomes, and when it is valid.

NHS number: ten digits, modulus 11 (NHS Data Dictionary), in a range issued in England and Wales
or the synthetic range 999. Postcode: upper case, one space before the last three characters,
the letter O read as nought (and nought as O) where only the other can stand (BS 7666).
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """SQL makers: `normal` of a text, and `valid` of its normal form."""

    normal: Callable[[str], str]
    valid: Callable[[str], str]


def _nhs_number(text: str) -> str:
    return f"replace(replace(trim({text}), ' ', ''), '-', '')"


def _nhs_number_is_valid(number: str) -> str:
    digit = [f"(ascii(substring({number}, {i + 1}, 1)) - 48)" for i in range(10)]
    weighted = " + ".join(f"{10 - i} * {digit[i]}" for i in range(9))
    check = f"(11 - ({weighted}) % 11)"
    return (
        f"regexp_full_match({number}, '(4|6|7)[0-9]{{9}}|999[0-9]{{7}}') "
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


FORMS = {
    "nhs_number": Form(_nhs_number, _nhs_number_is_valid),
    "postcode": Form(_postcode, _postcode_is_valid),
}
