"""Cases that others met, on made-up tables of our own: each rule looks safe, none is."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.protect.attack import Dimension, model_of, ranges
from pipelines.protect.attack.findings import Finding, attack_tables
from tests.rooms.protect.attack.cases import (
    counted,
    cross,
    dimension,
    exact_above_seven,
    known,
    nhs,
    table_of,
)
from tests.rooms.protect.attack.published import answer, span, table, tables

SEXES = "dimensions: {area: {leaves: [a, b, c]}, sex: {leaves: [female, male]}}"


def test_a_total_less_men_gives_the_redacted_women(tmp_path: Path) -> None:
    """OpenSAFELY's example: women are redacted, men and the total are not."""
    exactly = table("hide-1-to-7", "sex,value; ,23; male,20; female,*")
    pinned = attack_tables(tables(tmp_path, exactly, head=SEXES))
    assert span(pinned, sex="female") == (3, 3)


def test_rounding_the_total_leaves_the_redacted_women_their_range(tmp_path: Path) -> None:
    text = "sex,value; ,25; male,20; female,[REDACTED]"
    done = attack_tables(tables(tmp_path, table("redact-and-round", text), head=SEXES))
    assert span(done, sex="female") == (1, 7)


TOWNS = """
dimensions:
  area: {leaves: [a, b, c, d], groups: {north: [a, b], south: [c, d]}}
  trade: {leaves: [farm, mill, shop]}
"""
BY_TRADE = (
    "area,trade,value; north,farm,30; north,mill,24; south,farm,19; south,mill,*; north,,62;"
    " south,,41; ,farm,49; ,mill,*; ,shop,*; north,shop,*; south,shop,*; ,,103"
)
BY_AREA = "area,trade,value; a,,38; b,,24; c,,22; d,,19; ,mill,30; ,shop,24; ,,103"


def test_linked_tables_that_are_safe_one_by_one_are_not_safe_together(tmp_path: Path) -> None:
    """The case that users of tau-ARGUS and sdcTable met: a margin hidden in one, printed in one."""
    alone = [
        attack_tables(tables(tmp_path, table("hide-1-to-7", text), head=TOWNS))
        for text in (BY_TRADE, BY_AREA)
    ]
    both = attack_tables(
        tables(tmp_path, *(table("hide-1-to-7", text) for text in (BY_TRADE, BY_AREA)), head=TOWNS)
    )
    assert [done.passes for done in alone] == [True, True]
    assert Finding.PINNED in answer(both, area="south", trade="mill").findings


def _district(mean: float, seed: int) -> tuple[list[Dimension], list[dict[str, str]], np.ndarray]:
    """One district of ten neighbourhoods by age and sex, and all its margins."""
    areas = " ".join(f"m{n}" for n in range(10))
    dimensions = [dimension("area", areas), dimension("sex", "f m"), dimension("age", "1 2 3 4 5")]
    random = np.random.default_rng(seed)
    weights = random.gamma(1.5, 1, (10, 1, 1)) * random.gamma(4, 0.25, (1, 2, 5)) * mean
    table = table_of(dimensions, random.poisson(weights / 1.5).ravel().tolist())
    cells = cross(area=f"{areas} all", sex="f m all", age="1 2 3 4 5 all")
    return dimensions, [dict(c) for c in cells], counted(dimensions, table, cells)


@pytest.mark.parametrize(("mean", "least_share"), [(4, 0.1), (20, 0.5)], ids=["sparse", "dense"])
def test_hiding_small_cells_only_gives_many_of_them_back(mean: float, least_share: float) -> None:
    dimensions, cells, truth = _district(mean, seed=1)
    model = model_of(dimensions, cells)
    small = np.flatnonzero((truth >= 1) & (truth <= 7))
    system = known(model, cells, exact_above_seven(truth))
    low, high = ranges(system, model.rows([cells[i] for i in small]))
    assert (low == high).mean() >= least_share


def test_the_rule_of_hospital_statistics_narrows_small_cells() -> None:
    """1 to 7 hidden and said to be so, the rest rounded to 5: no cell exact, some nearly."""
    narrow = []
    for seed in range(8):
        dimensions, cells, truth = _district(8, seed)
        model = model_of(dimensions, cells)
        is_small = (truth >= 1) & (truth <= 7)
        lower, upper = nhs(truth)
        known_small = (np.where(is_small, 1, lower), np.where(is_small, 7, upper))
        rows = model.rows([cells[i] for i in np.flatnonzero(is_small)])
        low, high = ranges(known(model, cells, known_small), rows)
        narrow.append((high - low < 4).sum())
    assert sum(narrow) > 0


def test_marks_that_may_stand_for_anything_narrow_fewer() -> None:
    counts = []
    for mark_says_small in (True, False):
        dimensions, cells, truth = _district(8, seed=3)
        model = model_of(dimensions, cells)
        is_small = (truth >= 1) & (truth <= 7)
        lower, upper = nhs(truth)
        if mark_says_small:
            lower, upper = np.where(is_small, 1, lower), np.where(is_small, 7, upper)
        rows = model.rows([cells[i] for i in np.flatnonzero(is_small)])
        low, high = ranges(known(model, cells, (lower, upper)), rows)
        counts.append(int((high - low < 4).sum()))
    assert counts[1] < counts[0]


def test_three_tables_of_two_dimensions_each_give_a_cell_of_none(tmp_path: Path) -> None:
    """AxB, BxC and CxA, all printed: what no table shows is still limited by all three."""
    head = "dimensions: {x: {leaves: [p, q]}, y: {leaves: [p, q]}, z: {leaves: [p, q]}}"
    text = "{0},{1},value; p,p,9; p,q,9; q,p,9; q,q,*"
    parts = [table("hide-1-to-7", text.format(*pair)) for pair in ("xy", "yz", "zx")]
    total = table("exact", "x,value; ,29")
    done = attack_tables(tables(tmp_path, *parts, total, head=head))
    assert span(done, x="q", y="q") == (2, 2)


def test_the_same_tables_give_the_same_ranges() -> None:
    found = []
    for _ in range(2):
        dimensions, cells, truth = _district(8, seed=5)
        model = model_of(dimensions, cells)
        found.append(ranges(known(model, cells, nhs(truth)), model.rows(cells)))
    np.testing.assert_array_equal(np.array(found[0]), np.array(found[1]))
