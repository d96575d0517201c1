"""The commands of person-level extracts: make one, hand its key over, open the key."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.console import Day, console, day_of, table, with_progress
from pipelines.core.files import write_whole

extract_app = typer.Typer(
    help="Rows of single people for one recipient, under an agreement, encrypted.",
    no_args_is_help=True,
)

STEPS = 3
Passphrase = Annotated[
    Path, typer.Option(help="File with the key's passphrase; only its owner may read it.")
]
Id = Annotated[str, typer.Argument(help="The extract's id, as `extract list` shows it.")]


@extract_app.command("make")
def extract_make(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="ODS code of who receives it, such as QOP.")],
    extract: Annotated[str, typer.Argument(help="Which extract, such as leisure_activity.")],
    purpose: Annotated[str, typer.Option(help="What the recipient will use it for.")],
    period_end: Annotated[str, typer.Option(help="Last day of the twelve months covered.")],
    officer: Annotated[str, typer.Option(help="The officer who signs; the agreement's own.")] = "",
    role: Annotated[str, typer.Option(help="The officer's role.")] = "",
    reason: Annotated[str, typer.Option(help="Why the extract may leave.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="A column to send; every column of the agreement if not given."),
    ] = None,
    vintage: Annotated[str, typer.Option(help="ICB boundaries: 2024 (42) or 2026 (36).")] = "2026",
    as_of: Day = "",
) -> None:
    """Make one extract: nobody stands out in it, no other extract recognises people by it."""
    from pipelines.core.recipient_agreement import Asked
    from pipelines.extract import make_extract, plan_extract
    from pipelines.house import open_house
    from pipelines.measure import twelve_months_to
    from pipelines.publish import SignOff

    house, day, last = open_house(context.obj, os.environ), day_of(as_of), day_of(period_end)
    asked = Asked(recipient, extract, purpose, twelve_months_to(last), last, tuple(column or ()))
    plan = plan_extract(house, asked, as_of=day, vintage=vintage)
    sign_off = SignOff(officer, role, reason, day) if officer else None
    with with_progress("Extract", STEPS) as progress:
        made = make_extract(house, plan, sign_off, progress)
    console.print(f"Made {made.release_id} in {made.folder}")
    console.print("Send the folder. Hand the key over apart from it: widebridge extract key")


@extract_app.command("list")
def extract_list(context: typer.Context) -> None:
    """List the extracts that have left: to whom, about when, until when the agreement runs."""
    from pipelines.extract.handover import extracts_of

    rows = [
        (m["release_id"], m["recipient"]["code"], m["purpose"], m["agreement"],
         m["sign_off"]["officer"])
        for m in extracts_of(context.obj)
    ]  # fmt: skip
    columns = ("extract", "recipient", "purpose", "agreement", "signed by")
    console.print(table("Extracts", columns, rows))


@extract_app.command("agreements")
def extract_agreements(context: typer.Context) -> None:
    """List who may receive rows of single people, for what, and until when."""
    from pipelines.core.recipient_agreement import load_recipient_agreements

    rows = [
        (a.recipient, a.reference, a.purpose, terms.name, a.expires_on, a.dpia_review_on, a.officer)
        for a in load_recipient_agreements(context.obj.schemas).values()
        for terms in a.extracts
    ]
    columns = ("recipient", "agreement", "purpose", "extract", "expires", "DPIA review", "officer")
    console.print(table("Recipients", columns, rows))


@extract_app.command("verify")
def extract_verify(context: typer.Context, extract: Id) -> None:
    """Check that an extract's file is as it was written."""
    from pipelines.extract.handover import find_extract

    found = find_extract(context.obj, extract)
    console.print(f"{found.release_id}: {len(found.files)} file, as it was written.")


@extract_app.command("key")
def extract_key(
    context: typer.Context,
    extract: Id,
    passphrase_file: Passphrase,
    out: Annotated[Path, typer.Option(help="Where to write the wrapped key.")],
    as_of: Day = "",
) -> None:
    """Wrap an extract's key under a passphrase, for its recipient."""
    from pipelines.extract.handover import issue_extract_key
    from pipelines.house import open_house

    house = open_house(context.obj, os.environ)
    write_whole(out, issue_extract_key(house, extract, passphrase_file, on=day_of(as_of)))
    console.print(f"The key is in {out}. Send it and its passphrase by two different ways.")


@extract_app.command("unlock")
def extract_unlock(
    key_file: Annotated[Path, typer.Argument(help="The wrapped key that the house sent.")],
    passphrase_file: Passphrase,
    out: Annotated[Path, typer.Option(help="Where to write the key, for yourself alone.")],
) -> None:
    """At the recipient: open a wrapped key. Needs no house."""
    from pipelines.pseudonymise.keys.extract_keys import unlocked_raw_key

    write_whole(out, unlocked_raw_key(key_file, passphrase_file).encode())
    console.print(f"The key is in {out}. Whoever has it can read the extract: keep it to yourself.")
