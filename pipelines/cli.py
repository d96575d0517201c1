"""The `widebridge` command: both lines, and what they rest on, without a scheduler.

Exit status 0 is success, 64 to 73 a refusal by kind (see `core.errors`), 1 a fault of ours.
"""

import dataclasses
import datetime as dt
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.console import (
    agreements_table,
    console,
    contract_table,
    errors,
    extract_table,
    intake_table,
    reasons_table,
    table,
    take_in_with_progress,
    with_progress,
)
from pipelines.core.agreement import find_agreement, load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadContract, BadRelease, Refused
from pipelines.core.settings import Settings, settings_from
from pipelines.custody import keys_app, ledger_app

if TYPE_CHECKING:
    from pipelines.house import House

app = typer.Typer(
    name="widebridge",
    help="Consented leisure activity joined to aggregated health data, published per ICS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
release_app = typer.Typer(help="Make, sign and list releases.", no_args_is_help=True)
app.add_typer(release_app, name="release")
app.add_typer(keys_app, name="keys")
app.add_typer(ledger_app, name="ledger")

NHS_THRESHOLD, NHS_BASE = 7, 5
"""NHS England's rule; a release may be stricter, never laxer."""
Day = Annotated[str, typer.Option(help="The day of use, as 2026-10-15; today if not given.")]


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
    from pipelines.demo import run_demo

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
    from pipelines.demo import write_synthetic

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
    summaries, refusals = take_in_with_progress(house, providers, _day(as_of))
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


@release_app.command("make")
def release_make(
    context: typer.Context,
    period_end: Annotated[str, typer.Option(help="Last day of the twelve months covered.")],
    officer: Annotated[str, typer.Option(help="Name of the officer who signs.")] = "",
    role: Annotated[str, typer.Option(help="The officer's role.")] = "",
    reason: Annotated[str, typer.Option(help="Why the release may leave.")] = "",
    vintage: Annotated[str, typer.Option(help="ICB boundaries: 2024 (42) or 2026 (36).")] = "2026",
    icb: Annotated[
        list[str] | None, typer.Option(help="ODS or ONS code; every ICB with people if not given.")
    ] = None,
    threshold: Annotated[
        int, typer.Option(min=NHS_THRESHOLD, help="Hide counts from 1 to this; never below 7.")
    ] = NHS_THRESHOLD,
    base: Annotated[int, typer.Option(min=NHS_BASE, help="Round other counts to this.")] = NHS_BASE,
    as_of: Day = "",
) -> None:
    """Count, protect, sign and publish one extract per ICB."""
    from pipelines.protect import NHS_RULE
    from pipelines.publish import SignOff
    from pipelines.release import make_release, plan_release

    house, day = _house(context), _day(as_of)
    plan = plan_release(
        house, vintage=vintage, period_end=_day(period_end), as_of=day, icbs=icb or None,
        rule=dataclasses.replace(NHS_RULE, threshold=threshold, base=base),
    )  # fmt: skip
    sign_off = SignOff(officer, role, reason, day) if officer else None
    with with_progress("Release", len(plan.areas) + 1) as progress:
        release = make_release(house, plan, sign_off, progress)
    console.print(f"Published {release.release_id} in {release.folder}")


@release_app.command("list")
def release_list(context: typer.Context) -> None:
    """List what is published."""
    rows = [(f.name, len(list(f.glob("*/manifest.json")))) for f in _releases(context.obj)]
    console.print(table("Releases", ("release", "ICBs"), rows))


@app.command()
def verify(
    context: typer.Context,
    release: Annotated[str, typer.Argument(help="A release's id, or the path of its folder.")],
) -> None:
    """Check that every file of a release is as it was published."""
    from pipelines.publish import verify_release

    found = verify_release(_release_folder(context.obj, release))
    console.print(f"{found.release_id}: {len(found.files)} files, all as published.")


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


@app.command()
def show(
    context: typer.Context,
    icb: Annotated[
        str, typer.Argument(help="ODS code, such as QOP; lists the ICBs if not given.")
    ] = "",
    dataset: Annotated[str, typer.Argument(help="Which dataset.")] = "inactive_population",
    release: Annotated[str, typer.Option(help="A release's id; the newest if not given.")] = "",
    rows: Annotated[int, typer.Option(min=1, help="How many rows.")] = 20,
) -> None:
    """Show the first rows of a published extract."""
    folder = _release_folder(context.obj, release)
    extracts = sorted(folder.glob("*/*.parquet"))
    wanted = [p for p in extracts if (p.parent.name, p.stem) == (icb, dataset)]
    if wanted:
        console.print(extract_table(wanted[0], rows))
        return
    listed = [(p.parent.name, p.stem, p.stat().st_size) for p in extracts]
    console.print(table(folder.name, ("icb", "dataset", "bytes"), listed))
    if icb:
        raise BadRelease(
            "release-no-extract", "the release has no such extract.", "The table above lists them."
        )


def main() -> None:
    """Run the command; a refusal is told in one sentence, a fault without the data it met."""
    os.umask(0o077)
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


def _day(text: str) -> dt.date:
    if not text:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter("a day is written as 2026-09-30")


def _releases(settings: Settings) -> list[Path]:
    found = settings.releases.glob("*/manifest.json")
    return sorted((p.parent for p in found), key=lambda f: f.stat().st_mtime)


def _release_folder(settings: Settings, release: str) -> Path:
    if release and (Path(release) / "manifest.json").exists():
        return Path(release)
    found = [f for f in _releases(settings) if release in ("", f.name)]
    if not found:
        raise BadRelease(
            "release-unknown", "there is no such release.", "See: widebridge release list"
        )
    return found[-1]
