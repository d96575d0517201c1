"""Text never becomes a formula, and an empty cell says why it is empty."""

import pytest

from pipelines.kit.cells import mark, safe


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", "\r=", "\n+", " =", "\uff1d", "\uff20"]
)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("text", ["Harbour Leisure", "18+", "a=b", "'quoted'", "[c]", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_no_control_character_stays() -> None:
    assert safe("one\ttwo\r\nthree\x00") == "one two  three "


def test_a_hidden_number_is_confidential() -> None:
    row = {"suppression_status": "hidden", "ci_method": "wilson"}
    assert {mark(name, row, True) for name in ("count", "denominator", "lower_ci_95")} == {"[c]"}


def test_a_count_has_no_denominator_also_where_it_is_hidden() -> None:
    assert mark("denominator", {"suppression_status": "hidden"}, False) == "[z]"


def test_limits_that_no_method_gives_do_not_apply() -> None:
    assert mark("lower_ci_95", {"suppression_status": "hidden", "ci_method": "none"}, True) == "[z]"


def test_a_shown_count_without_a_value_has_none_to_give() -> None:
    assert mark("value", {"suppression_status": "rounded"}, False) == "[x]"
