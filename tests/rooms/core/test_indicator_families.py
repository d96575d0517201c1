"""A family of indicators is spelled out word for word, or refused."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadContract
from pipelines.core.indicator_families import spelled_out
from pipelines.core.settings import PROJECT

PATH = Path("outputs/made.yaml")
TIMES = [{"time": "12_weeks"}, {"time": "12_months"}]
SCALES = [{"scale": "weight", "unit": "kg"}, {"scale": "bmi", "unit": "kg/m2"}]
CHANGE = {"id": "change_in_<scale>_<time>", "unit": "<unit>", "multiplier": 1}


def family(for_each: Any = (TIMES, SCALES), indicators: Any = (CHANGE,)) -> dict[str, Any]:
    return {"for_each": list(for_each), "indicators": list(indicators)}


def test_every_choice_of_words_is_spelled_out_in_order() -> None:
    found = spelled_out(PATH, [family()])
    assert [(i["id"], i["unit"]) for i in found] == [
        ("change_in_weight_12_weeks", "kg"), ("change_in_bmi_12_weeks", "kg/m2"),
        ("change_in_weight_12_months", "kg"), ("change_in_bmi_12_months", "kg/m2"),
    ]  # fmt: skip


def test_what_is_no_text_stays_as_it_is() -> None:
    assert {i["multiplier"] for i in spelled_out(PATH, [family()])} == {1}


def test_other_indicators_stay_where_they_are() -> None:
    first, last = {"id": "referred"}, {"id": "started"}
    found = spelled_out(PATH, [first, family(), last])
    assert (found[0], found[-1], len(found)) == (first, last, 6)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"for_each": [TIMES]}, "another form"),
        ({**family(), "also": 1}, "another form"),
        (family(for_each=()), "another form"),
        (family(for_each=[TIMES, []]), "another form"),
        (family(for_each=["time"]), "another form"),
        (family(indicators=["change"]), "another form"),
        (family(for_each=[TIMES, [SCALES[0], {"scale": "bmi"}]]), "differ in their words"),
        (family(for_each=[TIMES]), "unknown or unused: scale, unit"),
        (family(for_each=[TIMES, SCALES, [{"note": "no"}]]), "unknown or unused: note"),
        (family(for_each=[TIMES, SCALES, TIMES]), "one given twice"),
    ],
)
def test_a_family_that_is_not_whole_is_refused(entry: dict[str, Any], says: str) -> None:
    with pytest.raises(BadContract, match=says):
        spelled_out(PATH, [entry])


def test_no_word_is_left_over_in_any_contract() -> None:
    contracts = load_contracts(PROJECT / "schemas")
    fields = [value for c in contracts.outputs for i in c.indicators for value in vars(i).values()]
    texts = [value for value in fields if isinstance(value, str)]
    assert len(texts) > 100
    assert [text for text in texts if "<" in text] == []
