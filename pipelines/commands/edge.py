"""The commands of sealing: `edge-kit` for whoever keeps the house's keys, `seal` at a provider."""

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import console, day_of, table
from pipelines.core.files import write_whole

if TYPE_CHECKING:
    from pipelines.seal import SealSummary

edge_app = typer.Typer(no_args_is_help=True)
"""Joined to the main command without a name of its own."""

SHOWN_ROWS = 5
Passphrase = Annotated[
    Path, typer.Option(help="File with the kit's passphrase; only its owner may read it.")
]
Day = Annotated[str, typer.Option(help="The day of sealing, as 2026-10-15; today if not given.")]


@edge_app.command("edge-kit")
def edge_kit(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="Whose kit.")],
    passphrase_file: Passphrase,
    out: Annotated[Path, typer.Option(help="Where to write the kit.")],
) -> None:
    """Make the kit with which a provider seals its deliveries before it sends them."""
    from pipelines.house import open_house
    from pipelines.seal import issue_kit

    house = open_house(context.obj, os.environ)
    kit = issue_kit(house, provider, passphrase_file, on=dt.datetime.now(dt.UTC).date())
    write_whole(out, kit)
    console.print(
        f"The kit of {provider} is in {out}. Send it and its passphrase by two different ways."
    )


@edge_app.command()
def seal(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="Whose export it is.")],
    export: Annotated[Path, typer.Argument(help="The folder that the export was written to.")],
    sealed: Annotated[Path, typer.Argument(help="The folder to make, named by the day.")],
    kit: Annotated[Path, typer.Option(help="The kit that the house made for this provider.")],
    passphrase_file: Passphrase,
    postcodes: Annotated[
        Path | None, typer.Option(help="A postcode directory, as a CSV file.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to list the rows that were kept back.")
    ] = None,
    as_of: Day = "",
) -> None:
    """Put tokens in place of identifiers and encrypt the export to the house, on this machine."""
    from pipelines.seal import open_edge, seal_drop

    edge = open_edge(context.obj, provider, kit, passphrase_file)
    summary = seal_drop(edge, export, sealed, as_of=day_of(as_of), postcodes=postcodes)
    show_sealed(summary)
    if report is not None:
        write_whole(report, report_of(summary))
    console.print(f"Sealed into {sealed}. Send the whole folder, SHA256SUMS last.")


def show_sealed(summary: "SealSummary") -> None:
    """Print how many rows were sealed, and which rows were kept back and why."""
    rows = [(name, count) for name, count in summary.sealed.items()]
    console.print(table(f"{summary.provider}/{summary.delivery}", ("table", "rows sealed"), rows))
    kept = [
        (k.pattern, k.file_number, k.code, len(k.rows), _some(k.rows)) for k in summary.kept_back
    ]
    if kept:
        columns = ("file", "number", "code", "rows", "row numbers")
        console.print(table("Rows with a fault", columns, kept))
        console.print("Row 1 is the first after the header. See docs/reference/refusals.md.")
    for warning in summary.warnings:
        console.print(f"Warning: {warning}")


def report_of(summary: "SealSummary") -> bytes:
    """The rows with a fault as JSON: file, code and row numbers, never what is in a row."""
    rows = [
        {"file": k.pattern, "number": k.file_number, "code": k.code, "rows": list(k.rows)}
        for k in summary.kept_back
    ]
    document = {"provider": summary.provider, "delivery": summary.delivery, "rows_at_fault": rows}
    return json.dumps(document, indent=2).encode() + b"\n"


def _some(rows: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, rows[:SHOWN_ROWS]))
    return f"{shown}, …" if len(rows) > SHOWN_ROWS else shown
