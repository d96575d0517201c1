"""The command that attacks a set of published tables: anybody's, from a file."""

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import console, errors, table
from pipelines.core.errors import Disclosive

if TYPE_CHECKING:
    from pipelines.protect.attack.findings import Answer, Attack

COLUMNS = ("table", "release", "population", "cell", "asked", "low", "high", "found")


class Output(StrEnum):
    """How ranges are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def attack(
    file: Annotated[Path, typer.Argument(help="The tables, as the how-to describes them.")],
    output: Annotated[Output, typer.Option(help="How to write the ranges.")] = Output.TABLE,
    small: Annotated[int, typer.Option(min=1, help="Counts from 1 to this are small.")] = 7,
    found_only: Annotated[
        bool, typer.Option("--found-only", help="Show only numbers that are given away.")
    ] = False,
    whole: Annotated[
        int, typer.Option(min=0, help="Try this many numbers again in whole people.")
    ] = 0,
    starts: Annotated[
        int, typer.Option(min=0, help="Check the ranges by this many random searches.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed draws the same sample.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that work side by side.")] = 1,
) -> None:
    """Find out what published tables give away: the range of every number they do not print."""
    from pipelines.protect.attack.findings import attack_tables
    from pipelines.protect.attack.tables_file import read_tables

    done = attack_tables(read_tables(file), small=small, jobs=jobs)
    shown = [a for a in done.answers if a.findings or not found_only]
    _write([_row(a) for a in shown], output)
    _tell(done)
    if whole:
        _try_whole(done, whole, seed)
    if starts:
        _search(done, starts, seed)
    if not done.passes:
        raise Disclosive(
            "tables-disclosive",
            "the tables give numbers away that are small, or nearly so.",
            "Hide or merge more cells, or round more coarsely, and try again.",
        )


def _row(answer: "Answer") -> dict[str, object]:
    cell = answer.asked.cell
    at = {name: code for name, code in cell.at.items() if name != "population"}
    return {
        "table": cell.table,
        "release": cell.release,
        "population": cell.at["population"].removeprefix("/"),
        "cell": ", ".join(f"{name} {code}" for name, code in at.items()) or "total",
        "asked": answer.asked.why.value,
        "low": int(answer.low) if abs(answer.low) < float("inf") else None,
        "high": int(answer.high) if answer.high < float("inf") else None,
        "found": ", ".join(answer.findings),
    }


def _write(rows: list[dict[str, object]], output: Output) -> None:
    if output is Output.JSON:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    elif output is Output.CSV:
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        body = [
            [row[c] if row[c] is not None else "no limit" for c in COLUMNS if c != "release"]
            for row in rows
        ]
        console.print(table("Ranges", [c for c in COLUMNS if c != "release"], body))


def _tell(done: "Attack") -> None:
    from pipelines.protect.attack.findings import Finding

    words = {
        Finding.PINNED: "pinned exactly",
        Finding.NARROW: "narrower than five values",
        Finding.CERTAIN_SMALL: "certain to be small",
        Finding.ALL_OR_NONE: "all or none of a group",
    }
    counts = ", ".join(f"{done.count(finding)} {word}" for finding, word in words.items())
    verdict = "passes" if done.passes else "does not pass"
    errors.print(f"{len(done.answers)} numbers asked for: {counts}. The set {verdict}.")


def _try_whole(done: "Attack", size: int, seed: int) -> None:
    from pipelines.protect.attack.integer import sampled_whole_ranges

    limits = (done.low, done.high)
    sample = sampled_whole_ranges(done.linked.system, done.targets, limits, size=size, seed=seed)
    errors.print(
        f"In whole people: {len(sample.targets)} tried again, {len(sample.narrower)} narrower, "
        f"{'none' if sample.contained else 'SOME'} outside its range."
    )


def _search(done: "Attack", starts: int, seed: int) -> None:
    from pipelines.protect.attack.search import search

    limits = (done.low, done.high)
    found = search(done.linked.system, done.targets, limits, starts=starts, seed=seed)
    errors.print(
        f"Search: {found.tables} tables that fit, {found.broken} break a published number, "
        f"{found.outside} reach outside a range; on average they span {found.spanned:.0%} of it."
    )
