"""The commands of whoever keeps the keys and the ledger."""

import datetime as dt
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import console, table

if TYPE_CHECKING:
    from pipelines.core.ports import SigningUse
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
Out = Annotated[Path | None, typer.Option(help="Where to write it; else it is shown.")]
Against = Annotated[
    list[Path] | None,
    typer.Option(help="A checkpoint that somebody kept, or a release, which holds one."),
]
KeyId = Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")]


class SigningKeyUse(StrEnum):
    """What the house signs, as an option takes it."""

    release = "release"
    ledger = "ledger"


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
        (e.id, e.recipient or e.kind, e.purpose, e.opt_out, e.epoch,
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
    signing: Annotated[
        SigningKeyUse | None, typer.Option(help="Change the key that signs: release or ledger.")
    ] = None,
) -> None:
    """Change the root key and re-key the store; a signing key; or a recipient's key."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.core.ports import Recipient
    from pipelines.pseudonymise.keys import recipients as of_recipients
    from pipelines.rotation import rotate_root

    ledger = FileLedger(context.obj.ledger)
    if signing:
        made = of_recipients.rotate_signing(
            context.obj, os.environ, signing.value, ledger, _today()
        )
        console.print(f"{made.id} signs for the {signing.value} now. Publish: keys public")
        return
    if recipient:
        who = Recipient(recipient, purpose, opt_out)
        made = of_recipients.rotate(context.obj, os.environ, who, ledger, _today())
        console.print(f"{recipient} has the key {made.id} now, epoch {made.epoch}.")
        return
    done = rotate_root(context.obj, os.environ, _today())
    console.print(
        f"The root key is {done.key_id} now: {done.rows:,} rows re-keyed in {done.parts} files, "
        f"{done.seals} files sealed anew."
    )


@keys_app.command("public")
def keys_public(context: typer.Context, out: Out = None) -> None:
    """Write the public keys of the house, for whoever checks its releases or its ledger."""
    from pipelines.pseudonymise.keys.signing import USES, public_lines

    keys = {use: _public_keys(context, use) for use in USES}
    _write(public_lines(keys), out)


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
def ledger_verify(context: typer.Context, against: Against = None) -> None:
    """Check every entry of the ledger, and that it is what its checkpoints say."""
    from pipelines.audit.ledger import check_ledger
    from pipelines.audit.verification import kept_checkpoints

    settings, keys = context.obj, _public_keys(context, "ledger")
    kept = kept_checkpoints([*settings.releases.glob("*/"), *(against or ())], asked=against or ())
    found = check_ledger(settings.ledger, keys, kept)
    console.print(f"{found.entries} entries, unbroken.")
    if found.checkpoints:
        how = "signed by the house" if keys else "their signatures not looked at: no key is known"
        console.print(f"{found.checkpoints} checkpoints hold the first {found.signed}, {how}.")
    if found.torn:
        console.print("A crash cut off the last line. The next entry removes it and says so.")


@ledger_app.command("checkpoint")
def ledger_checkpoint(context: typer.Context, out: Out = None) -> None:
    """Sign what the ledger is now, for somebody else to keep."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.pseudonymise.keys import open_key_source

    keys = open_key_source(context.obj, os.environ)
    _write(FileLedger(context.obj.ledger, signer=keys.signer("ledger")).checkpoint(), out)


@ledger_app.command("open")
def ledger_open(context: typer.Context) -> None:
    """Show acts that were begun and not ended: under way, or cut off by a crash."""
    from pipelines.audit.ledger import FileLedger
    from pipelines.core.intents import open_intents

    begun = open_intents(FileLedger(context.obj.ledger).entries())
    if not begun:
        console.print("Everything that was begun has ended.")
        return
    rows = [(act.number, act.at, act.event, _told(act.facts)) for act in begun]
    console.print(table("Begun and not ended", ("number", "at", "event", "facts"), rows))


@ledger_app.command("show")
def ledger_show(
    context: typer.Context, last: Annotated[int, typer.Option(help="How many entries.")] = 20
) -> None:
    """Show the newest entries of the ledger."""
    from pipelines.audit.ledger import FileLedger

    entries = list(FileLedger(context.obj.ledger).entries())[-last:]
    rows = [(e["number"], e["at"], e["event"], _told(e["facts"])) for e in entries]
    console.print(table("Ledger", ("number", "at", "event", "facts"), rows))


def _opening(officers: list[str] | None, aws_kms: str, vault: str) -> "Opening":
    from pipelines.pseudonymise.keys import Opening

    services = [("aws-kms", aws_kms), ("vault-transit", vault)]
    return Opening(officers or (), next(((kind, key) for kind, key in services if key), None))


def _told(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={fact}" for name, fact in facts.items())


def _public_keys(context: typer.Context, use: "SigningUse") -> tuple[bytes, ...]:
    from pipelines.pseudonymise.keys.opening import public_keys_of

    return public_keys_of(context.obj, os.environ, use)


def _write(data: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(data.decode())
        return
    out.write_bytes(data)
    console.print("Written.")


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
