"""The commands of whoever keeps the key and the ledger."""

import os
from typing import Annotated

import typer

from pipelines.console import console, table

keys_app = typer.Typer(help="The root key: make one, show its id.", no_args_is_help=True)
ledger_app = typer.Typer(help="The record of everything that was done.", no_args_is_help=True)


@keys_app.command("new")
def keys_new(context: typer.Context) -> None:
    """Make the root key, once."""
    from pipelines.pseudonymise.keys import create_key_file

    console.print(f"Made the root key {create_key_file(context.obj)}. Keep a copy under lock.")


@keys_app.command("show")
def keys_show(context: typer.Context) -> None:
    """Show the id of the root key in use; never the key."""
    from pipelines.pseudonymise.keys import open_key_source

    console.print(open_key_source(context.obj, os.environ).key_id)


@ledger_app.command("verify")
def ledger_verify(context: typer.Context) -> None:
    """Check that no entry of the ledger was changed, added or taken out."""
    from pipelines.audit.ledger import verify_ledger

    console.print(f"{verify_ledger(context.obj.ledger)} entries, unbroken.")


@ledger_app.command("show")
def ledger_show(
    context: typer.Context, last: Annotated[int, typer.Option(help="How many entries.")] = 20
) -> None:
    """Show the newest entries of the ledger."""
    from pipelines.audit.ledger import FileLedger

    entries = list(FileLedger(context.obj.ledger).entries())[-last:]
    rows = [
        (e["number"], e["at"], e["event"], ", ".join(f"{k}={v}" for k, v in e["facts"].items()))
        for e in entries
    ]
    console.print(table("Ledger", ("number", "at", "event", "facts"), rows))
