"""The `widebridge` command: both lines, and what they rest on, without a scheduler.

Exit status 0 is success, 64 to 76 a refusal by kind (see `core.errors`), 1 a fault of ours.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.attack import attack
from pipelines.commands.console import (
    Day,
    agreements_table,
    console,
    contract_table,
    day_of,
    errors,
    intake_table,
    reasons_table,
    table,
    take_in_with_progress,
)
from pipelines.commands.custody import keys_app, ledger_app
from pipelines.commands.edge import edge_app
from pipelines.commands.exchange import mesh_app
from pipelines.commands.extracts import extract_app
from pipelines.commands.releasing import release_app, show, verify
from pipelines.commands.rights import consent_app, why
from pipelines.core.agreement import find_agreement, load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadContract, Refused
from pipelines.core.log import tell_no_values
from pipelines.core.process import keep_to_itself
from pipelines.core.settings import settings_from

if TYPE_CHECKING:
    from pipelines.house import House

app = typer.Typer(
    name="widebridge",
    help="Consented leisure activity joined to aggregated health data, published per ICS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(release_app, name="release")
app.add_typer(extract_app, name="extract")
app.add_typer(keys_app, name="keys")
app.add_typer(ledger_app, name="ledger")
app.add_typer(consent_app, name="consent")
app.add_typer(mesh_app, name="mesh")
app.add_typer(edge_app)
for command in (attack, verify, show, why):
    app.command()(command)


@app.callback()
def main_options(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Where deliveries, store and releases are (else WIDEBRIDGE_HOME)."),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="Folder of downloaded public tables.")
    ] = None,
) -> None:
    """Settings that every command shares."""
    environ = {**os.environ, **({"WIDEBRIDGE_REFERENCE": str(reference)} if reference else {})}
    context.obj = settings_from(environ, home)


@app.command()
def demo(
    context: typer.Context,
    people: Annotated[int, typer.Option(min=100, help="How many synthetic people.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same deliveries.")] = 1,
) -> None:
    """Run both lines on synthetic deliveries and show what came out."""
    from pipelines.commands.demo import run_demo

    run_demo(context.obj, os.environ, people, seed)


@app.command()
def synth(
    context: typer.Context,
    people: Annotated[int, typer.Option(min=100, help="How many synthetic people.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same deliveries.")] = 1,
    without: Annotated[
        list[str] | None, typer.Option(help="A kind of dirt to leave out; may be repeated.")
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Leave out every kind of dirt.")] = False,
) -> None:
    """Write realistic deliveries of synthetic people into the inbox."""
    from pipelines.commands.demo import write_synthetic

    written = write_synthetic(context.obj, people, seed, without or [], clean=clean)
    console.print(
        f"Deliveries are in {context.obj.inbox}" if written else "They are there already."
    )


@app.command()
def intake(
    context: typer.Context,
    providers: Annotated[list[str] | None, typer.Argument(help="Whose; all if not given.")] = None,
    as_of: Day = "",
) -> None:
    """Take in every finished delivery that is not in yet."""
    from pipelines.intake import find_unfinished

    house = _house(context)
    summaries, refusals = take_in_with_progress(house, providers, day_of(as_of))
    fresh = [s for s in summaries if not s.already_in]
    if fresh:
        console.print(intake_table(fresh), reasons_table(fresh))
    for warning in (w for summary in fresh for w in summary.warnings):
        console.print(f"Warning: {warning}")
    already = len(summaries) - len(fresh)
    console.print(f"{len(fresh)} deliveries taken in, {already} were in already.")
    for waiting in find_unfinished(house, providers):
        console.print(f"{waiting} has no SHA256SUMS: it is still being written, and was not taken.")
    if refusals:
        raise typer.Exit(refusals[0].exit_status)


@app.command()
def providers(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="Show one agreement in full.")] = "",
) -> None:
    """List who delivers, on what basis and until when."""
    agreements = load_agreements(context.obj.schemas)
    if not provider:
        console.print(agreements_table(agreements))
        return
    agreement = find_agreement(agreements, provider)
    console.print(agreements_table({provider: agreement}), agreement.description)
    rows = [
        (f.table, f.pattern, f.format, f.volume.min_rows, f.volume.max_rows)
        for f in agreement.files
    ]
    console.print(table("Files", ("table", "pattern", "format", "rows from", "to"), rows))
    ignored = [(f.pattern, c, why) for f in agreement.files for c, why in f.ignore.items()]
    console.print(table("Columns never taken", ("file", "column", "reason"), ignored))


@app.command()
def contracts(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Show one contract's columns.")] = "",
) -> None:
    """List the tables, or show what one table's columns mean."""
    everything = {c.name: c for c in load_contracts(context.obj.schemas)}
    if name and name not in everything:
        raise BadContract(
            "contract-unknown", "there is no contract of that name.",
            f"Name one of: {', '.join(sorted(everything))}.",
        )  # fmt: skip
    if name:
        console.print(contract_table(everything[name]))
        return
    rows = [(c.label, c.zone.value, len(c.columns), c.description) for c in everything.values()]
    console.print(table("Contracts", ("table", "zone", "columns", "description"), rows))


def main() -> None:
    """Run the command; a refusal is told in one sentence, a fault without the data it met."""
    keep_to_itself()
    tell_no_values()
    try:
        app()
    except Refused as refusal:
        errors.print(f"[bold]{refusal.code}[/bold]: {refusal.message} {refusal.advice}")
        sys.exit(refusal.exit_status)
    except Exception as fault:
        # The last border: a library's message may quote a value, so only its place is told.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        errors.print(
            f"A fault of widebridge: {type(fault).__name__} in {Path(place.filename).name}, "
            f"line {place.lineno}. Its message is withheld, for it may quote a value."
        )
        sys.exit(1)


def _house(context: typer.Context) -> "House":
    from pipelines.house import open_house

    return open_house(context.obj, os.environ)
