"""The commands of whoever keeps the keys and the ledger."""

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import console, table

if TYPE_CHECKING:
    from pipelines.pseudonymise.keys import Opening

keys_app = typer.Typer(help="Make, change, end and inspect keys.", no_args_is_help=True)
ledger_app = typer.Typer(help="The record of everything that was done.", no_args_is_help=True)

Code = Annotated[str, typer.Option("--recipient", help="A recipient's ODS code, such as QOP.")]
Purpose = Annotated[str, typer.Option(help="What the recipient may use the data for.")]
OptOut = Annotated[str, typer.Option(help="National opt-outs: respected or not_applicable.")]
Officers = Annotated[
    list[str] | None,
    typer.Option(help="Split custody: an officer's name; twice or more. Any two can open."),
]
AwsKms = Annotated[str, typer.Option(help="Id of the AWS KMS key that opens the ring.")]
Vault = Annotated[str, typer.Option(help="Transit key (Vault, OpenBao) that opens the ring.")]
KeyId = Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")]


@keys_app.command("new")
def keys_new(
    context: typer.Context,
    officer: Officers = None,
    aws_kms: AwsKms = "",
    vault: Vault = "",
    recipient: Code = "",
    purpose: Purpose = "",
    opt_out: OptOut = "respected",
) -> None:
    """Make the key ring with its root key, once; or a recipient's key."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.core.ports import Recipient
    from pipelines.pseudonymise.keys import make_ring
    from pipelines.pseudonymise.keys import recipients as of_recipients

    settings, ledger = context.obj, FileLedger(context.obj.ledger)
    if recipient:
        who = Recipient(recipient, purpose, opt_out)
        made = of_recipients.add(settings, os.environ, who, ledger, _today())
        console.print(f"Made the key {made.id} of {recipient} for {purpose}, epoch {made.epoch}.")
        return
    opening = _opening(officer, aws_kms, vault)
    key_id = make_ring(settings, os.environ, ledger, _today(), opening)
    console.print(f"Made the key ring with the root key {key_id}. Keep a copy under lock.")


@keys_app.command("relock")
def keys_relock(
    context: typer.Context,
    passphrase_file: Annotated[
        list[Path] | None, typer.Option(help="A file with a new passphrase; one for each officer.")
    ] = None,
    officer: Officers = None,
    aws_kms: AwsKms = "",
    vault: Vault = "",
) -> None:
    """Change who opens the key ring; those who could before cannot any more."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.pseudonymise.keys import relock_ring

    named = os.pathsep.join(str(path) for path in passphrase_file or ())
    new_environ = {**os.environ, "WIDEBRIDGE_PASSPHRASE_FILES": named}
    ledger, opening = FileLedger(context.obj.ledger), _opening(officer, aws_kms, vault)
    relock_ring(context.obj, os.environ, new_environ, ledger, opening)
    console.print("The key ring is closed anew. Destroy its older copies, and copy it again.")


@keys_app.command("list")
def keys_list(context: typer.Context) -> None:
    """List every key of the ring: whose, how old, in which state. Needs no passphrase."""
    from pipelines.pseudonymise.keys.inspection import age_in_days, list_keys

    rows = [
        (e.id, e.recipient or "root", e.purpose, e.opt_out, e.epoch,
         age_in_days(e, _today()), e.state)
        for e in list_keys(context.obj)
    ]  # fmt: skip
    columns = ("key", "whose", "purpose", "opt-outs", "epoch", "days", "state")
    console.print(table("Keys", columns, rows))


@keys_app.command("show")
def keys_show(context: typer.Context) -> None:
    """Show the id of the root key in use; never the key."""
    from pipelines.pseudonymise.keys import open_key_source

    console.print(open_key_source(context.obj, os.environ).key_id)


@keys_app.command("rotate")
def keys_rotate(
    context: typer.Context,
    recipient: Code = "",
    purpose: Purpose = "",
    opt_out: OptOut = "respected",
) -> None:
    """Change the root key and re-key the store; or begin a recipient's next epoch."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.core.ports import Recipient
    from pipelines.pseudonymise.keys import recipients as of_recipients
    from pipelines.rotation import rotate_root

    if recipient:
        who = Recipient(recipient, purpose, opt_out)
        ledger = FileLedger(context.obj.ledger)
        made = of_recipients.rotate(context.obj, os.environ, who, ledger, _today())
        console.print(f"{recipient} has the key {made.id} now, epoch {made.epoch}.")
        return
    done = rotate_root(context.obj, os.environ, _today())
    console.print(
        f"The root key is {done.key_id} now: {done.rows:,} rows re-keyed in {done.parts} files, "
        f"{done.seals} files sealed anew."
    )


@keys_app.command("retire")
def keys_retire(context: typer.Context, key: KeyId) -> None:
    """Take a recipient's key out of use."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.pseudonymise.keys import recipients as of_recipients

    ledger = FileLedger(context.obj.ledger)
    of_recipients.retire(context.obj, os.environ, key, ledger, _today())
    console.print(f"The key {key} is retired. Destroy it when its extracts need no explaining.")


@keys_app.command("destroy")
def keys_destroy(
    context: typer.Context,
    key: KeyId,
    reason: Annotated[str, typer.Option(help="Why; it is written into the receipt.")],
) -> None:
    """Destroy a recipient's key for good, and write a receipt."""
    from pipelines.rotation import destroy_with_receipt

    receipt = destroy_with_receipt(context.obj, os.environ, key, reason, _today())
    console.print(f"The key {key} is destroyed. The receipt is receipts/{receipt.name}.")


@keys_app.command("audit")
def keys_audit(context: typer.Context) -> None:
    """Look for what is wrong with the keeping of keys; exit status 70 when something is."""
    from pipelines.core.errors import BadKey
    from pipelines.pseudonymise.keys.inspection import find_faults

    faults = find_faults(context.obj, _today())
    if not faults:
        console.print("Nothing is wrong with the keeping of keys.")
        return
    console.print(table("Wrong with the keeping of keys", ("what", "what to do"), faults))
    raise typer.Exit(BadKey.exit_status)


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


def _opening(officers: list[str] | None, aws_kms: str, vault: str) -> "Opening":
    from pipelines.pseudonymise.keys import Opening

    services = [("aws-kms", aws_kms), ("vault-transit", vault)]
    return Opening(officers or (), next(((kind, key) for kind, key in services if key), None))


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
