"""Our exact-totals solver beside tau-ARGUS on the same tables, up to 1,314 cells.

    python -m benchmarks.oracle_tauargus [--small]

Both are given the same numbers, the same unsafe cells, the same protection levels and the same
costs (see `docs/explanation/disclosure-known-answers.md`). Cost is the sum of the hidden numbers.
Its optimal method must cost what ours does. Its modular method is the one that it has for large
tables. `bad` is how many cells its own audit finds unprotected: in its modular pattern, and in
ours. `rule-aware` is what a reader of the rule makes of its optimal pattern: small numbers that he
knows exactly, those with fewer than five values left, and how many of those remain when we hide
for such a reader (on the tables of the tests).
"""

import argparse
import time

from tests.oracle.ours import RULE_AWARE, cost, hidden_by_its_rule, hidden_rule_aware, widths
from tests.oracle.sets import Case, large_cases, small_cases
from tests.oracle.tauargus import ask

LINE = "{:<38}{:>6}{:>6} |{:>7}{:>8}{:>5} |{:>7}{:>8} |{:>6}{:>7} |{:>5}{:>5} |{:>7}{:>7}{:>5}"
FIVE_VALUES = 4


def main() -> None:
    """Compare table by table and print as they come."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="only the tables of the tests")
    cases = [(case, True) for case in small_cases()]
    if not parser.parse_args().small:
        cases += [(case, False) for case in large_cases()]
    print(f"{'':<50} |{'modular':^20} |{'optimal':^15} |{'ours':^13} |{'of ours':^10} |", end="")
    print(f"{'rule-aware':^19}")
    head = ("table, protection", "cells", "small", "cost", "seconds", "bad", "cost", "seconds")
    print(LINE.format(*head, "cost", "s", "same", "bad", "known", "narrow", "ours"))
    same = [_compare(case, protect=is_small) for case, is_small in cases]
    print(f"{sum(same)} of {len(same)} tables have the same cheapest cost.")


def _compare(case: Case, *, protect: bool) -> bool:
    values = case.table.values
    engine = ask(case.question("OPT", "MOD"))
    optimal, modular = engine.patterns["OPT"], engine.patterns["MOD"]
    started = time.perf_counter()
    ours = hidden_by_its_rule(case.table, engine)
    seconds = time.perf_counter() - started
    audit = ask(case.question("GIVEN", hidden=ours)).patterns["GIVEN"]
    left = widths(case.table, optimal.hidden, RULE_AWARE)
    is_same = cost(values, ours) == cost(values, optimal.hidden)
    figures = (
        *(len(values), int(engine.primary.sum())),
        *(cost(values, modular.hidden), f"{modular.seconds:.1f}", int(modular.unsafe.sum())),
        *(cost(values, optimal.hidden), f"{optimal.seconds:.1f}"),
        *(cost(values, ours), f"{seconds:.1f}"),
        *("yes" if is_same else "NO", int(audit.unsafe.sum())),
        *(
            int((left == 0).sum()),
            int((left < FIVE_VALUES).sum()),
            _with_ours(case) if protect else "",
        ),
    )
    print(LINE.format(case.name, *figures), flush=True)
    return is_same


def _with_ours(case: Case) -> int:
    """Small numbers with fewer than five values left when we hide for a reader of the rule."""
    left = widths(case.table, hidden_rule_aware(case.table), RULE_AWARE)
    return int((left < FIVE_VALUES).sum())


if __name__ == "__main__":
    main()
