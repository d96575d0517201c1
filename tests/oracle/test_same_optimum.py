"""Our exact-totals solver against tau-ARGUS: the same problem must have the same cheapest answer.

The large tables, to 1,314 cells, are in `benchmarks/oracle_tauargus.py`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from tests.oracle.ours import Flags, attacked, cost, hidden_by_its_rule, is_small
from tests.oracle.sets import Case, small_cases
from tests.oracle.tauargus import Answer, ask

CASES = {case.name: case for case in small_cases()}
SAME = pytest.mark.parametrize("name", CASES)


@dataclass(frozen=True)
class Compared:
    """A table as the engine and as we protect it, and the engine's view of our pattern."""

    case: Case
    engine: Answer
    ours: Flags
    its_view_of_ours: Flags


@cache
def compared(name: str) -> Compared:
    case = CASES[name]
    engine = ask(case.question("OPT"))
    ours = hidden_by_its_rule(case.table, engine)
    audit = ask(case.question("GIVEN", hidden=ours)).patterns["GIVEN"]
    return Compared(case, engine, ours, audit.unsafe)


def test_there_are_tables_to_compare() -> None:
    assert len(CASES) >= 18
    assert min(len(c.table.cells) for c in CASES.values()) == 25
    assert max(len(c.table.cells) for c in CASES.values()) == 414


@SAME
def test_the_engine_counts_the_same_table(name: str) -> None:
    table = CASES[name].table
    assert np.array_equal(compared(name).engine.values, table.values)


@SAME
def test_the_engine_finds_the_same_small_numbers(name: str) -> None:
    table = CASES[name].table
    assert np.array_equal(compared(name).engine.primary, is_small(table.values))


@SAME
def test_the_engine_asks_for_what_we_think_it_asks_for(name: str) -> None:
    """Levels are a percentage of the value and at least 1; nothing slides; 0 to the total."""
    case, engine = CASES[name], compared(name).engine
    below, above = case.levels or (None, None)
    share = np.maximum(1.0, case.percent / 100 * case.table.values)
    unsafe = engine.primary
    assert np.allclose(engine.lower_level[unsafe], share[unsafe] if below is None else below)
    assert np.allclose(engine.upper_level[unsafe], share[unsafe] if above is None else above)
    assert not engine.sliding_level.any()
    assert set(engine.known[0]) == {0.0}
    assert set(engine.known[1]) == {float(case.table.values.max())}


@SAME
def test_the_cheapest_pattern_costs_the_same(name: str) -> None:
    both, values = compared(name), CASES[name].table.values
    assert cost(values, both.ours) == cost(values, both.engine.patterns["OPT"].hidden)


@SAME
def test_our_pattern_passes_the_engines_audit(name: str) -> None:
    assert not compared(name).its_view_of_ours.any()


@SAME
def test_our_attacker_finds_the_intervals_of_the_engines_audit(name: str) -> None:
    """On the engine's pattern, for an attacker who only knows that numbers are not negative."""
    pattern = compared(name).engine.patterns["OPT"]
    low, high = attacked(CASES[name].table, pattern.hidden)
    assert np.array_equal(low, np.ceil(pattern.smallest - 1e-6))
    assert np.array_equal(high, np.floor(pattern.largest + 1e-6))
