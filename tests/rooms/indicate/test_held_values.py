"""Values are made of protected numbers only; what holds stays as it was told."""

import dataclasses

import pyarrow as pa
import pytest

from pipelines.core.stages import Protected
from pipelines.indicate import indicate
from pipelines.protect import protect
from tests.rooms.protect.made_tables import (
    FINISHED,
    LIMITS,
    MEAN,
    REFERRED,
    SHARE,
    Row,
    mean_row,
    measured,
    row,
)

TOLD = {"held_value": 12.3456, "held_lower": 10.0, "held_upper": 14.0}
VALUES = ("value", "lower_ci_95", "upper_ci_95")


def protected(rows: list[Row]) -> Protected:
    return protect(measured(rows), LIMITS)


def values(found: Protected) -> list[tuple[float | None, ...]]:
    """Of what was counted: an index that is made of these stands in rows of its own."""
    rows = indicate(found, "r").table.to_pylist()
    counted = set(found.table["indicator_id"].to_pylist())
    return [tuple(r[name] for name in VALUES) for r in rows if r["indicator_id"] in counted]


def holding(found: Protected, **told: float | None) -> Protected:
    """The same, with an earlier release's value and limits kept in every row."""
    table = found.table
    for name, value in {"holds": True, **TOLD, **told}.items():
        kind = table.schema.field(name).type
        column = pa.array([value] * table.num_rows, kind)
        table = table.set_column(table.column_names.index(name), name, column)
    return dataclasses.replace(found, table=table)


def test_a_count_is_its_own_value() -> None:
    assert values(protected([row(REFERRED, 52)])) == [(50.0, None, None)]


def test_a_share_is_of_the_rounded_numbers() -> None:
    ((value, *_),) = values(protected([row(SHARE, 52, 101)]))
    assert value == 50.0


def test_a_hidden_share_has_no_value() -> None:
    assert values(protected([row(SHARE, 3, 101)])) == [(None, None, None)]


def test_a_share_of_a_hidden_whole_has_no_value() -> None:
    share, finished = values(protected([row(SHARE, 5, 101), row(FINISHED, 0, 5)]))
    assert (share, finished) == ((None,) * 3, (None,) * 3)


def test_a_share_of_nobody_has_no_value() -> None:
    assert values(protected([row(SHARE, 0, 0)])) == [(None, None, None)]


def test_a_mean_and_its_limits_have_three_digits() -> None:
    assert values(protected([mean_row([100.0, 146.0] * 50)])) == [(123.0, 118.0, 128.0)]


def test_a_mean_of_nought_is_nought() -> None:
    ((value, *_),) = values(protected([mean_row([5.0, -5.0] * 20)]))
    assert value == 0.0


def test_a_mean_that_holds_keeps_value_and_limits() -> None:
    found = holding(protected([mean_row([100.0, 146.0] * 50)]))
    assert values(found) == [(12.3456, 10.0, 14.0)]


@pytest.mark.parametrize("name", ["held_value", "held_lower", "held_upper"])
def test_a_mean_that_was_hidden_before_stays_hidden(name: str) -> None:
    """What an earlier release did not give is not given because the count holds."""
    found = holding(protected([mean_row([100.0, 146.0] * 50)]), **{name: None})
    assert values(found)[0][list(TOLD).index(name)] is None


def test_why_a_number_is_hidden_is_said_in_one_way_only() -> None:
    rows = [
        row(SHARE, n, 100, category_type="condition", category=f"c{n}") for n in (0, 3, 97, 100)
    ]
    notes = indicate(protected(rows), "r").table["value_note"].to_pylist()
    assert (len(set(notes)), notes[0].startswith("Hidden: ")) == (1, True)


def test_a_shown_number_has_no_such_note() -> None:
    notes = indicate(protected([row(MEAN, 50)]), "r").table["value_note"].to_pylist()
    assert (len(notes) > 0, any("Hidden" in note for note in notes)) == (True, False)
