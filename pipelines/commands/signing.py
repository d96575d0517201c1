"""The commands with which officers approve or reject a candidate, and which publish it then."""

import datetime as dt
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.console import console, errors, table, with_progress
from pipelines.core.errors import BadKey
from pipelines.core.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish import Waiting
    from pipelines.publish.officer_key import OfficerKey

KEY_FILE, PASSPHRASE_FILE = "WIDEBRIDGE_OFFICER_KEY", "WIDEBRIDGE_OFFICER_PASSPHRASE_FILE"
Candidate = Annotated[str, typer.Argument(help='The candidate\'s release id; "" for the only one.')]
As = Annotated[str, typer.Option("--as", help="Your officer's id, as in schemas/officers.")]
Key = Annotated[
    Path | None, typer.Option("--key", help=f"Your key file; else {KEY_FILE} names it.")
]


def officer_key(
    officer: Annotated[str, typer.Argument(help="The officer's id, such as ada_example.")],
    name: Annotated[str, typer.Option(help="The officer's own name.")],
    role: Annotated[str, typer.Option(help="The officer's role.")],
    out: Annotated[Path, typer.Option(help="Where to write the key; the officer keeps it.")],
    valid_to: Annotated[str, typer.Option(help="Last day of the officer's term.")],
    airflow_user: Annotated[str, typer.Option(help="The officer's login in Airflow.")] = "",
) -> None:
    """Make an officer's signing key; prints the file for schemas/officers."""
    from pipelines.commands.console import day_of
    from pipelines.core.officers import Officer, check_officer, officer_file
    from pipelines.publish.officer_key import check_passphrase, make_officer_key

    wanted = Officer(officer, name, role, bytes(32), airflow_user, now().date(), day_of(valid_to))
    check_officer(wanted)
    passphrase = _new_passphrase(os.environ)
    check_passphrase(passphrase)
    key = make_officer_key(out, passphrase)
    errors.print(f"The key is in {out}. What follows belongs into schemas/officers/{officer}.yaml:")
    made = Officer(**{**vars(wanted), "public_key": key.public_key})
    console.print(officer_file(made), end="", highlight=False, soft_wrap=True)


def approve(
    context: typer.Context,
    release: Candidate,
    officer: As,
    reason: Annotated[str, typer.Option(help="Why it may leave, in your own words.")],
    key: Key = None,
) -> None:
    """Approve a candidate with your own key. Two different officers must."""
    _sign(context.obj, release, officer, "approve", reason, key)


def reject(
    context: typer.Context,
    release: Candidate,
    officer: As,
    reason: Annotated[str, typer.Option(help="Why it may not leave, in your own words.")],
    key: Key = None,
) -> None:
    """Reject a candidate with your own key. It is never published then."""
    _sign(context.obj, release, officer, "reject", reason, key)


def candidates(context: typer.Context) -> None:
    """List what waits for approvals: since when, by whom approved, when it lapses."""
    from pipelines.candidates import candidates as all_candidates
    from pipelines.house import open_house

    found = all_candidates(open_house(context.obj, os.environ), now())
    rows = [(w.candidate.release_id, _minute(w.since), _minute(w.until), _state(w)) for w in found]
    console.print(table("Candidates", ("release", "since", "lapses", "state"), rows))


def publish(context: typer.Context, release: Candidate) -> None:
    """Publish a candidate that two officers have approved."""
    from pipelines.candidates import approved, only_candidate
    from pipelines.house import open_house
    from pipelines.release import publish_candidate

    house = open_house(context.obj, os.environ)
    plan, waiting = approved(house, release or only_candidate(house), now())
    with with_progress("Release", 1) as progress:
        progress("publish")
        published = publish_candidate(house, plan, waiting.approvals)
    console.print(f"Published {published.release_id} in {published.folder}")


SIGN_OFF_COMMANDS: Mapping[str, Callable[..., Any]] = {
    "officer-key": officer_key,
    "candidates": candidates,
    "approve": approve,
    "reject": reject,
    "publish": publish,
}
"""By their names under `widebridge release`."""


def now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


def show_question(settings: Settings, waiting: "Waiting") -> None:
    """Say what waits for whom, and what to type next."""
    from pipelines.publish.shown import candidate_page

    page = candidate_page(settings.pages, waiting.candidate.release_id)
    release_id = waiting.candidate.release_id
    console.print(f"{release_id} waits for two officers until {_minute(waiting.until)}.")
    console.print(f"Read [bold]{page}[/bold] first. Then, each with their own key:")
    console.print(f"  widebridge release approve {release_id} --as OFFICER --reason REASON")
    console.print(f"  widebridge release publish {release_id}")


def _sign(
    settings: Settings, release: str, officer: str, decision: str, reason: str, key: Path | None
) -> None:
    from pipelines.candidates import only_candidate, sign_with_key
    from pipelines.house import open_house
    from pipelines.publish import Decided, Decision

    signer = _opened_key(settings, officer, key, os.environ)
    decided = Decided(Decision(decision), reason, now())
    house = open_house(settings, os.environ)
    release = release or only_candidate(house)
    approval = sign_with_key(house, release, officer, decided, signer)
    said = "approved" if approval.decision is Decision.APPROVE else "rejected"
    console.print(f"{approval.name}, {approval.role}, has {said} {release}.")


def _opened_key(
    settings: Settings, officer: str, key: Path | None, environ: Mapping[str, str]
) -> "OfficerKey":
    from pipelines.candidates import demo_key_file
    from pipelines.publish.officer_key import needs_passphrase, open_officer_key

    named = environ.get(KEY_FILE)
    file = key or (Path(named) if named else demo_key_file(settings, officer))
    passphrase = _passphrase(environ) if needs_passphrase(file) else None
    return open_officer_key(file, passphrase)


def _passphrase(environ: Mapping[str, str], prompt: str = "Passphrase of your key: ") -> str:
    from pipelines.publish.officer_key import read_passphrase

    named = environ.get(PASSPHRASE_FILE)
    if named:
        return read_passphrase(Path(named))
    if not sys.stdin.isatty():
        raise BadKey(
            "officer-passphrase-missing",
            "nobody is there to type the passphrase of the officer's key.",
            f"Name a file with it in {PASSPHRASE_FILE}; only its owner may read it.",
        )
    return getpass.getpass(prompt)


def _new_passphrase(environ: Mapping[str, str]) -> str:
    first = _passphrase(environ, "New passphrase: ")
    if not environ.get(PASSPHRASE_FILE) and getpass.getpass("Once more: ") != first:
        raise BadKey(
            "officer-passphrase-differs", "the two passphrases differ.", "Type it again, twice."
        )
    return first


def _state(waiting: "Waiting") -> str:
    if waiting.has_lapsed:
        return "lapsed"
    said = [f"{a.decision.value} by {a.name}" for a in waiting.approvals]
    return "; ".join(said) or "nobody has answered"


def _minute(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
