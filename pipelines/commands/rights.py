"""The commands that answer a person: what do you hold of me, and on what basis was it used?"""

import datetime as dt
import os
import sys
from typing import Annotated

import typer

from pipelines.commands.console import console, table
from pipelines.core.errors import BadSettings

consent_app = typer.Typer(help="What the consent register knows.", no_args_is_help=True)


@consent_app.callback()
def consent_commands() -> None:
    """What the consent register knows."""


ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


@consent_app.command("trace", context_settings=ANYTHING)
def consent_trace(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="The provider, as in schemas/providers.")],
) -> None:
    """Show one person's consent; the provider's own reference is asked for, or read from a pipe."""
    from pipelines.core.agreement import find_agreement
    from pipelines.house import open_house
    from pipelines.trace import trace_person

    if context.args:
        raise BadSettings(
            "reference-on-command-line",
            "a person's reference was written on the command line, where others can read it.",
            "Remove it from the shell's history. Run the command with the provider only, and write "
            "the reference when asked.",
        )
    house = open_house(context.obj, os.environ)
    agreement = find_agreement(house.agreements, provider)
    today = dt.datetime.now(dt.UTC).date()
    trace = trace_person(house, agreement, _ask_reference(), today)
    console.print(
        table(
            "Events",
            ("holds from", "recorded on", "event", "purpose", "until", "notice", "evidence"),
            [tuple("" if v is None else str(v) for v in e.values()) for e in trace.events],
        )
    )
    periods = [(p.purpose, str(p.first), str(p.last or "open"), p.notice) for p in trace.periods]
    console.print(table("Days covered", ("purpose", "from", "until", "notice"), periods))
    for purpose, used in trace.used.items():
        console.print(f"Used today for {purpose}: {'yes' if used else 'no'}.")
    console.print(f"Tables that hold the person: {', '.join(trace.tables) or 'none'}.")
    if trace.purged_after:
        console.print(f"Withdrew on {trace.purged_after}; all rows were removed.")
    for whose, pseudonym in trace.pseudonyms:
        # Never wrapped: it is to be copied whole.
        console.print(
            f"Pseudonym for {whose.code}, {whose.purpose}, opt-outs {whose.opt_out}, epoch "
            f"{whose.epoch}:\n  {pseudonym}",
            soft_wrap=True,
        )


def why(
    context: typer.Context,
    pseudonym: Annotated[str, typer.Argument(help="A recipient's pseudonym, as p1.0a1b2c3d.…")],
    release: Annotated[str, typer.Option(help="The release's name, as its folder is called.")],
) -> None:
    """Tell on what basis a person's record was used in a release; never who it is."""
    from pipelines.basis import explain
    from pipelines.house import open_house

    basis = explain(open_house(context.obj, os.environ), pseudonym, release)
    whose = f", pseudonym of {basis.recipient.code}" if basis.recipient else ""
    console.print(
        f"Release {basis.release_id}: {basis.purpose}, {basis.period_start} to "
        f"{basis.period_end}, used on {basis.as_of}{whose}."
    )
    for record in basis.records:
        console.print(f"\n[bold]{record.provider}[/bold], agreement {record.agreement}")
        if record.lawful_basis:
            console.print(f"  Lawful basis: {record.lawful_basis}")
        if record.period is None:
            console.print("  As known on that day, no consent covered it: not used.")
        else:
            last = record.period.last or "open"
            console.print(
                f"  Consent as known on that day: {record.period.first} to {last}, "
                f"notice {record.period.notice}"
            )
        if record.tables:
            counted = (
                f"in the extract of {record.counted_in}" if record.counted_in else "in no extract"
            )
            console.print(f"  By neighbourhood the person is counted {counted}.")
        for name, in_period in record.tables.items():
            used = record.period is not None and record.counted_in
            within = "used" if in_period else "held, outside the release's period"
            console.print(f"  {name}: {within if used else 'held, not used'}")
        if record.withdrawn_on:
            console.print(f"  Withdrew on {record.withdrawn_on}; removed from the store since.")


def _ask_reference() -> str:
    if sys.stdin.isatty():
        text = str(typer.prompt("The provider's reference of the person", hide_input=True))
    else:
        text = sys.stdin.readline()
    reference = text.strip()
    if not reference:
        raise BadSettings(
            "reference-missing", "no reference was given.", "Write it when asked, or pipe one line."
        )
    return reference
