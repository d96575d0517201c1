"""Measure, protect and attack, ICB by ICB, and print what it cost and what it bought."""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.disclosure import england, whole_ics
from benchmarks.disclosure.alternatives import WAYS, Outcome, case_of, outcome
from benchmarks.disclosure.line import (
    Row,
    Table,
    known_elsewhere,
    past_elsewhere,
    protected_tables,
    row_of,
)
from benchmarks.disclosure.together import attack_together
from pipelines import measure
from pipelines.core.errors import Refused
from pipelines.core.plan import Area, boundaries_of
from pipelines.core.ports import Engine
from pipelines.core.settings import PROJECT
from pipelines.core.thresholds import Limits
from pipelines.house import House
from pipelines.protect.audit import Verdict
from pipelines.protect.past import Past
from pipelines.protect.view import Known

FEW_ICBS = 6
Tables = dict[str, Sequence[Table]]


def main() -> None:
    """Take the reference in, make people, and run every part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--all", action="store_true", help="all ICBs of both vintages")
    parser.add_argument("--people", type=int)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    given = os.environ.get("WIDEBRIDGE_TEST_REFERENCE")
    reference = Path(given) if given else PROJECT.parent / "shared" / "data"
    if not (reference / "geography").is_dir():
        raise SystemExit("needs the public tables: see docs/reference/reference-data.md")
    people = chosen.people or (300_000 if chosen.all else 30_000)
    most = None if chosen.all else FEW_ICBS
    with tempfile.TemporaryDirectory() as folder:
        house = england.open_england(Path(folder), reference, people, chosen.seed)
        run(house, people, most)
    whole_ics.run()


def run(house: House, people: int, most: int | None) -> None:
    """Both vintages, the alternatives, and everything at once."""
    limits = house.thresholds.limits
    print(f"{people:,} made-up people over the neighbourhoods of England\n")
    first = one_vintage(house, limits, "2026", {}, most)
    compare(first, limits)
    everything_at_once(first, limits)
    if most is not None:
        return
    known: dict[str, list[Known]] = {}
    for extract in first.values():
        for table in extract:
            numbers = known_elsewhere([table.protected], limits)
            known.setdefault(table.measured.contract.name, []).extend(numbers)
    pasts = {name: past_elsewhere(numbers) for name, numbers in known.items()}
    second = one_vintage(house, limits, "2024", pasts, most)
    print("both vintages of the ICBs whose borders are the same")
    everything_at_once(_by_place(first, second), limits)


def one_vintage(
    house: House, limits: Limits, vintage: str, pasts: Mapping[str, Past], most: int | None
) -> Tables:
    """Measure and protect each ICB of a vintage; print a line for each."""
    print(f"ICBs of {vintage}" + (", when those of 2026 are out" if pasts else ""))
    print(LINE.format(*HEADINGS))
    shape = house.contracts.shape("measured")
    done: Tables = {}
    rows = []
    with england.measures(house) as engine:
        for area in _may_be_out(engine, vintage, first=not pasts)[:most]:
            begun = time.process_time()
            scope = england.scope_of(area, vintage)
            measured = [
                measure.measure(contract, shape, scope, engine)
                for contract in house.contracts.outputs
            ]
            seconds = time.process_time() - begun
            try:
                tables = list(protected_tables(measured, limits, pasts))
            except Refused as refusal:
                print(f"{area.ods_code:8}refused: {refusal.code}")
                continue
            done[area.ods_code] = tables
            rows.append(row_of(area.ods_code, tables, seconds))
            print_row(rows[-1])
    everything = sum(rows, start=Row("all"))
    print_row(replace(everything, name="all"))
    print_losses(everything)
    return done


HEADINGS = (
    "ICB", "cells", "by rule", "repair", "secrets", "pinned", "narrow", "small", "all/none",
    "fewest", "% people", "measure s", "protect s",
)  # fmt: skip
LINE = "{:8}" + "{:>9}" * 12


def print_row(row: Row) -> None:
    found, loss = row.found, row.loss
    share = f"{100 * loss.people_hidden / loss.people:.2f}" if loss.people else "-"
    print(
        LINE.format(
            row.name, row.cells, row.by_rule, row.by_repair, found.sensitive, found.pinned,
            found.narrow, found.certain_small, found.all_or_none, str(found.narrowest), share,
            f"{row.measure_s:.1f}", f"{row.protect_s:.1f}",
        ),
        flush=True,
    )  # fmt: skip


def print_losses(row: Row) -> None:
    """Error by kind of table, ours and the rule's alone."""
    print(f"\n{'table':28}{'cells':>8}{'hidden':>8}{'error':>8}{'rule':>8}{'% people hidden':>17}")
    for name, loss in row.losses.items():
        ours = loss.error / max(loss.shown, 1)
        rule = loss.error_by_rule / max(loss.shown_by_rule, 1)
        share = 100 * loss.people_hidden / max(loss.people, 1)
        hidden = loss.cells - loss.shown
        print(f"{name:28}{loss.cells:8}{hidden:8}{ours:8.2f}{rule:8.2f}{share:17.2f}")
    print()


def compare(done: Tables, limits: Limits) -> None:
    """The same tables protected in every way."""
    cases = [case_of(t.measured, limits) for extract in done.values() for t in extract]
    print(
        f"{'the same tables':22}{'cells':>7}{'hidden':>8}{'error':>7}{'total err':>10}"
        f"{'totals':>9}{'1 to 7':>8}{'exact':>7}{'narrow':>7}{'left over':>10}{'exact':>7}"
        f"{'narrow':>7}{'1 to 7':>7}{'groups':>8}{'shown':>7}{'refused':>8}{'CPU s':>8}"
    )
    for name, way in WAYS.items():
        found = sum((outcome(way, case) for case in cases), start=Outcome())
        print(
            f"{name:22}{found.cells:7}{found.hidden:8}{found.error / max(found.shown, 1):7.2f}"
            f"{found.total_error / max(found.total_cells, 1):10.2f}"
            f"{100 * found.total_error / max(found.totals, 1):8.2f}%"
            f"{found.small:8}{found.exact_small:7}{found.narrow_small:7}{found.rest:10}"
            f"{found.exact_rest:7}{found.narrow_rest:7}{found.sure_rest:7}{found.sensitive_groups:8}{found.groups:7}"
            f"{found.refused:8}{found.seconds:8.1f}",
            flush=True,
        )
    print()


def everything_at_once(done: Tables, limits: Limits) -> None:
    """The attacker with all datasets of an ICB."""
    print("all datasets of an ICB at once")
    everything, begun = Verdict(), time.process_time()
    for name, tables in done.items():
        found = attack_together(tables, limits)
        print(f"{name}: {len(tables)} tables, {found}", flush=True)
        everything += found
    print(f"all: {everything}, {time.process_time() - begun:.0f} s CPU\n", flush=True)


def _may_be_out(engine: Engine, vintage: str, *, first: bool) -> list[Area]:
    """The ICBs of a vintage; of the second, those whose borders are the same in the first."""
    areas = england.areas_of(engine, vintage)
    pairs = measure.overlaps(engine, *(boundaries_of(name) for name in ("2024", "2026")))
    same = {pair.here for pair in pairs if pair.is_same}
    return [area for area in areas if first or area.code in same]


def _by_place(first: Tables, second: Tables) -> Tables:
    """The tables of both vintages of each ICB that is in both."""
    return {name: [*first[name], *tables] for name, tables in second.items() if name in first}


if __name__ == "__main__":
    main()
