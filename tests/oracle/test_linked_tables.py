"""Tables of the same people, each protected by tau-ARGUS and each passing its audit, together.

The first is the case of https://github.com/sdcTools/UserSupport/issues/136, whose figures are those
of sdcTable's own test of it. The others are areas that are grouped in two ways, as two vintages of
a boundary are.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from pipelines.protect.attack import Dimension
from tests.oracle.linked import Linked, put_together
from tests.oracle.ours import RULE_AWARE, UNAWARE, attacked, hidden_rule_aware, widths
from tests.oracle.tables import Table, one_way, two_geographies
from tests.oracle.tauargus import Flags, Question, ask

COUNTS = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
COUNTIES = {"county1": ("A", "B", "I", "J"), "county2": ("K", "L", "M", "N")}
SIZES = {"big": ("L", "M"), "small": ("A", "B", "I", "J", "K", "N")}
UP_TO_THREE = 3
# Their small numbers are known exactly, without knowing the rule, once both are read together.
UNDONE = (1, 3, 5, 11)
FIVE_VALUES = 4.0


def table_by(groups: Mapping[str, tuple[str, ...]]) -> Table:
    leaves = tuple(leaf for inside in groups.values() for leaf in inside)
    return one_way("regions", Dimension("region", leaves, groups), COUNTS)


@cache
def issue_136() -> tuple[Linked, tuple[Flags, Flags]]:
    tables = (table_by(COUNTIES), table_by(SIZES))
    questions = [Question(t, threshold=UP_TO_THREE, percent=0) for t in tables]
    patterns = [ask(q).patterns["OPT"] for q in questions]
    linked = put_together(tables, [p.hidden for p in patterns])
    return linked, (patterns[0].unsafe, patterns[1].unsafe)


@cache
def one_by_one(seed: int) -> tuple[Linked, Flags]:
    tables = two_geographies(seed)
    patterns = [ask(Question(t)).patterns["OPT"] for t in tables]
    unsafe = np.concatenate([p.unsafe for p in patterns])
    return put_together(tables, [p.hidden for p in patterns]), unsafe


def test_each_table_of_issue_136_passes_its_audit() -> None:
    _, (by_county, by_size) = issue_136()
    assert not by_county.any()
    assert not by_size.any()


def test_the_two_together_tell_a_hidden_number() -> None:
    """The difference of `small` and `county1` is K and N: 10, and N is shown as 7."""
    linked, _ = issue_136()
    low, high = attacked(linked, linked.hidden, UNAWARE)
    assert (low[linked.place(region="K")], high[linked.place(region="K")]) == (3, 3)


def test_it_is_mended_by_hiding_the_one_cell_that_sdctable_names() -> None:
    linked, _ = issue_136()
    mended = linked.hidden.copy()
    mended[linked.place(region="N")] = True
    assert widths(linked, mended, UNAWARE, UP_TO_THREE).min() > 0


def test_ours_withstands_a_reader_of_both_who_knows_the_rule() -> None:
    linked, _ = issue_136()
    hidden = hidden_rule_aware(linked, threshold=UP_TO_THREE)
    assert widths(linked, hidden, RULE_AWARE, UP_TO_THREE).min() >= FIVE_VALUES


@pytest.mark.parametrize("seed", UNDONE)
def test_each_geography_passes_its_audit(seed: int) -> None:
    _, unsafe = one_by_one(seed)
    assert not unsafe.any()


@pytest.mark.parametrize("seed", UNDONE)
def test_two_geographies_together_tell_hidden_numbers(seed: int) -> None:
    linked, _ = one_by_one(seed)
    assert (widths(linked, linked.hidden, UNAWARE) == 0).any()


@pytest.mark.parametrize("seed", UNDONE)
def test_ours_protects_both_geographies_at_once(seed: int) -> None:
    linked, _ = one_by_one(seed)
    assert widths(linked, hidden_rule_aware(linked), RULE_AWARE).min() >= FIVE_VALUES
