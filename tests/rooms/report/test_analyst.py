"""Charts show what the tables beside them say, and hidden numbers stay hidden."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.report import svg
from pipelines.report.analyst import notes_of
from pipelines.report.analyst.comparison import comparison
from pipelines.report.analyst.headline import headline
from pipelines.report.analyst.tiles import tiles
from pipelines.report.analyst.trends import trends
from pipelines.report.facts import Facts
from pipelines.report.model import Figure, Table

MONTHS = [dt.date(2025 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(12)]


def row(**told: Any) -> dict[str, Any]:
    """An extract's row for everybody, unless told otherwise."""
    usual = {
        "indicator_id": "inactive_adults", "indicator_name": "Inactive adults", "area_code": "E1",
        "area_name": "Here", "area_type": "icb", "sex": "persons", "age_band": "19+",
        "category_type": "all", "category": "all", "period_start": dt.date(2025, 10, 1),
        "period_end": dt.date(2026, 9, 30), "count": 20, "denominator": 100, "value": 20.0,
        "lower_ci_95": 15.0, "upper_ci_95": 25.0, "ci_method": "wilson", "unit": "%",
        "suppression_status": "rounded", "value_note": None,
    }  # fmt: skip
    return usual | told


def facts_of(folder: Path, dataset: str, *codes: str, rows: list[dict[str, Any]]) -> Facts:
    """A release of one dataset, the same for each ICB."""
    for code in codes:
        (folder / code).mkdir()
        pq.write_table(pa.Table.from_pylist(rows), folder / code / f"{dataset}.parquet")
    icbs = [{"ods_code": code, "name": f"ICB {code}", "code": code} for code in codes]
    return Facts(folder, {"datasets": [{"name": dataset}], "icbs": icbs})


def only_figure(blocks: list[Any]) -> Figure:
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    return figure


def months(*values: float | None, special: int = -1) -> list[dict[str, Any]]:
    return [
        row(period_start=MONTHS[n], value=value, count=None, denominator=None, unit="people",
            centre_line=100.0, lower_process_limit=80.0, upper_process_limit=120.0,
            special_cause="outside limits" if n == special else "",
            variation="improvement" if n == special else "common cause",
            suppression_status="hidden" if value is None else "rounded")
        for n, value in enumerate(values)
    ]  # fmt: skip


def neighbourhoods(*values: float | None) -> list[dict[str, Any]]:
    places = [(f"E0{n}", f"Leeds {n:03}A" if n % 2 else f"York {n:03}A") for n in range(99)]
    return [
        told
        for (code, name), value in zip(places, values, strict=False)
        for told in (
            row(area_type="lsoa21", area_code=code, area_name=name, value=value,
                suppression_status="hidden" if value is None else "rounded"),
            row(area_type="lsoa21", area_code=code, area_name=name, indicator_id="residents",
                category_type="deprivation_decile", category="1"),
        )
    ]  # fmt: skip


def test_a_trend_is_drawn_beside_its_months(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "trends", "Q1", rows=months(*[100.0] * 11, 130.0, special=11))
    figure = only_figure(list(trends(facts, "Q1", "Here")))
    assert figure.table.rows[11][1] == "130 people"


def test_a_month_that_stands_out_has_a_mark_of_its_own(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "trends", "Q1", rows=months(*[100.0] * 11, 130.0, special=11))
    drawing = only_figure(list(trends(facts, "Q1", "Here"))).drawing
    assert drawing.count('fill="#fff"') == 1


def test_a_hidden_month_is_not_drawn(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "trends", "Q1", rows=months(100.0, None, 110.0))
    figure = only_figure(list(trends(facts, "Q1", "Here")))
    assert (figure.drawing.count("<circle"), figure.table.rows[1][1]) == (2, "hidden")


def test_no_line_is_drawn_across_a_hidden_month(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "trends", "Q1", rows=months(100.0, 90.0, None, 110.0, 105.0))
    drawing = only_figure(list(trends(facts, "Q1", "Here"))).drawing
    assert drawing.count('stroke-width="2" fill="none"') == 2


def test_a_release_without_trends_shows_none(tmp_path: Path) -> None:
    assert trends(facts_of(tmp_path, "health_profile", "Q1", rows=[row()]), "Q1", "Here") == []


def test_every_neighbourhood_has_one_tile(tmp_path: Path) -> None:
    rows = neighbourhoods(*[float(n) for n in range(20)], None)
    figure = only_figure(tiles(facts_of(tmp_path, "health_profile", "Q1", rows=rows), "Q1", "Here"))
    assert sum(int(cell) for row in figure.table.rows for cell in row[1:]) == 21


def test_a_hidden_neighbourhood_is_crossed_out_and_counted(tmp_path: Path) -> None:
    rows = neighbourhoods(*[float(n) for n in range(20)], None)
    figure = only_figure(tiles(facts_of(tmp_path, "health_profile", "Q1", rows=rows), "Q1", "Here"))
    assert {told[0]: told[-1] for told in figure.table.rows} == {"Leeds": "0", "York": "1"}


@pytest.mark.parametrize("values", [(None, None), (20.0,), (20.0, 20.0)])
def test_few_or_equal_values_still_make_a_chart(
    values: tuple[float | None, ...], tmp_path: Path
) -> None:
    facts = facts_of(tmp_path, "health_profile", "Q1", rows=neighbourhoods(*values))
    assert len(tiles(facts, "Q1", "Here")) == 1


def test_a_hidden_headline_is_counted_and_not_listed(tmp_path: Path) -> None:
    rows = [row(), row(indicator_name="Other", value=None, suppression_status="hidden")]
    blocks = headline(facts_of(tmp_path, "health_profile", "Q1", rows=rows), "Q1", "Here", {})
    assert ("1 other" in str(blocks[0]), len(only_figure(blocks).table.rows)) == (True, 1)


def test_limits_beyond_the_scale_stay_on_the_drawing(tmp_path: Path) -> None:
    rows = [row(lower_ci_95=-5.0, upper_ci_95=105.0)]
    facts = facts_of(tmp_path, "health_profile", "Q1", rows=rows)
    assert 'x1="12.0"' in only_figure(headline(facts, "Q1", "Here", {})).drawing


def test_a_note_stands_once_and_is_named_at_each_number(tmp_path: Path) -> None:
    rows = [row(value_note="Modelled."), row(indicator_name="Other", value_note="Modelled.")]
    facts = facts_of(tmp_path, "health_profile", "Q1", rows=rows)
    notes = notes_of(facts)
    table = only_figure(headline(facts, "Q1", "Here", notes)).table
    assert (notes, [told[-1] for told in table.rows]) == ({"Modelled.": "note 1"}, ["note 1"] * 2)


def test_icbs_stand_side_by_side(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "health_profile", "Q1", "Q2", rows=[row()])
    (shown,) = [block for block in comparison(facts) if isinstance(block, Table)]
    assert list(shown.rows[0][2:]) == ["20.0 %", "20.0 %"]


def test_one_icb_is_compared_with_nobody(tmp_path: Path) -> None:
    assert comparison(facts_of(tmp_path, "health_profile", "Q1", rows=[row()])) == []


def test_words_in_a_drawing_are_escaped() -> None:
    assert "<b>" not in svg.text(0, 0, "<b>")
