"""Normal forms in SQL, against plain Python."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.settings import People
from pipelines.validate.forms import forms_for


def judged(form: str, text: str, people: People = People.SYNTHETIC) -> tuple[str, bool]:
    made = forms_for(people)[form]
    sql = f"select n, {made.valid('n')} from (select {made.normal('t')} as n from (select $t as t))"
    with duckdb.connect() as engine:
        ((value, valid),) = engine.execute(sql, {"t": text}).fetchall()
    return str(value), bool(valid)


STARTS = {People.REAL: ("4", "6", "7"), People.SYNTHETIC: ("999",)}


def is_nhs_number(digits: str, people: People) -> bool:
    """Modulus 11 as the NHS Data Dictionary words it."""
    if len(digits) != 10 or not digits.startswith(STARTS[people]) or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and check % 11 == int(digits[9])


@pytest.mark.parametrize("people", People)
@settings(max_examples=200, deadline=None)
@given(digits=st.from_regex(r"(4|6|7|999)[0-9]{0,9}", fullmatch=True))
def test_nhs_numbers_are_judged_as_in_the_data_dictionary(people: People, digits: str) -> None:
    assert judged("nhs_number", digits, people)[1] == is_nhs_number(digits, people)


def test_a_synthetic_number_is_refused_among_real_people_and_the_other_way_round() -> None:
    synthetic, real_range = "9990000018", f"4{0:08}4"
    assert is_nhs_number(real_range, People.REAL)
    assert [judged("nhs_number", synthetic, p)[1] for p in People] == [False, True]
    assert [judged("nhs_number", real_range, p)[1] for p in People] == [True, False]


@pytest.mark.parametrize("digit", "467")
def test_ten_times_the_same_digit_is_no_nhs_number(digit: str) -> None:
    assert not judged("nhs_number", digit * 10, People.REAL)[1]


def test_a_spaced_or_dashed_nhs_number_is_the_same_number() -> None:
    assert judged("nhs_number", " 999 000-0018")[0] == "9990000018"


@pytest.mark.parametrize("number", ["", "999000001", "99900000180", "999000001X", "9990000019"])
def test_what_is_no_nhs_number_is_refused(number: str) -> None:
    assert not judged("nhs_number", number)[1]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("m15 4ab", "M15 4AB"),
        ("M154AB", "M15 4AB"),
        (" M15  4AB ", "M15 4AB"),
        ("M15 OAB", "M15 0AB"),
        ("0L1 4AB", "OL1 4AB"),
        ("EC1A 1BB", "EC1A 1BB"),
    ],
)
def test_a_postcode_written_loosely_becomes_its_normal_form(text: str, normal: str) -> None:
    assert judged("postcode", text) == (normal, True)


@pytest.mark.parametrize("text", ["M15", "12345", "M15 4A", "M15 4ABC", "?15 4AB"])
def test_what_is_no_postcode_is_refused(text: str) -> None:
    assert not judged("postcode", text)[1]
