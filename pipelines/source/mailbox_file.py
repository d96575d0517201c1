"""How to reach our MESH mailbox: one YAML file, read strictly, that names secrets and holds none.

MESH is the NHS's message exchange. The mailbox, its password, the shared key, the certificate and
the workflow are agreed with NHS England; nothing here has a default that could pass for one.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import BadSettings
from pipelines.core.strict_yaml import read_yaml

MAILBOX_KEYS = {
    "url", "mailbox", "password_file", "shared_key_file", "certificate", "private_key", "authority",
}  # fmt: skip
OPT_OUT_REQUIRED = {"mailbox", "workflow"}
OPT_OUT_OPTIONAL = {"days", "wait_minutes", "poll_seconds", "largest_share"}
LONGEST_USE = 21
"""Days. The most that a result may be used, as users of the national service state it."""


@dataclass(frozen=True)
class OptOutService:
    """The national service's mailbox and workflow, and how its answers are used.

    `days` is how long an answer may be used; `largest_share` is the largest part of a question that
    an answer may strike out before it is held for a broken one.
    """

    mailbox: str
    workflow: str
    days: int
    wait_minutes: int
    poll_seconds: int
    largest_share: float


@dataclass(frozen=True)
class MailboxFile:
    """Where our mailbox is and where its secrets are; the opt-out service where one is agreed."""

    url: str
    mailbox: str
    password_file: Path
    shared_key_file: Path
    certificate: Path
    private_key: Path
    authority: Path
    opt_out: OptOutService | None


def find_mailbox_file(named: Path | None) -> MailboxFile:
    """The mailbox file that the settings name. Raises `BadSettings`."""
    if named is None or not named.is_file():
        raise BadSettings(
            "mesh-not-set-up",
            "a flow needs the national data opt-out, and no MESH mailbox is set up.",
            "Write a mailbox file and name it in WIDEBRIDGE_MESH: docs/how-to/check-opt-outs.md",
        )
    return read_mailbox_file(named)


def read_mailbox_file(path: Path) -> MailboxFile:
    """Read a mailbox file; relative places start at its folder. Raises `BadSettings`."""
    document = read_yaml(path)
    service = document.pop("opt_out", None)
    texts = _texts(document, MAILBOX_KEYS, set())
    if not texts["url"].startswith("https://"):
        raise _bad("has a url that is not https.", "MESH is reached over TLS and not otherwise.")
    places = {
        name: path.parent / texts[name]
        for name in ("password_file", "shared_key_file", "certificate", "private_key", "authority")
    }
    for name in ("password_file", "shared_key_file", "private_key"):
        _check_private(places[name], name)
    opt_out = None if service is None else _opt_out_service(service)
    return MailboxFile(texts["url"], texts["mailbox"], **places, opt_out=opt_out)


def secret_in(path: Path) -> str:
    """The one line of a secret's file."""
    return path.read_text("utf-8").strip()


def _opt_out_service(document: object) -> OptOutService:
    if not isinstance(document, dict):
        raise _bad("has no mapping at opt_out.", "Write mailbox and workflow below it.")
    texts = _texts(document, OPT_OUT_REQUIRED, OPT_OUT_OPTIONAL)
    days = _whole(texts.get("days", "1"), "opt_out.days", LONGEST_USE)
    return OptOutService(
        mailbox=texts["mailbox"],
        workflow=texts["workflow"],
        days=days,
        wait_minutes=_whole(texts.get("wait_minutes", "60"), "opt_out.wait_minutes", 24 * 60),
        poll_seconds=_whole(texts.get("poll_seconds", "60"), "opt_out.poll_seconds", 3600),
        largest_share=_share(texts.get("largest_share", "0.5")),
    )


def _texts(
    document: Mapping[str, object], required: set[str], optional: set[str]
) -> dict[str, str]:
    missing, unknown = sorted(required - set(document)), set(document) - required - optional
    if missing:
        raise _bad(f"lacks {', '.join(missing)}.", "docs/how-to/check-opt-outs.md shows one.")
    if unknown:
        known = ", ".join(sorted(required | optional))
        raise _bad(f"has {len(unknown)} keys that mean nothing.", f"Known here: {known}.")
    return {name: str(value) for name, value in document.items()}


def _whole(text: str, place: str, largest: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= largest:
        raise _bad(f"has no whole number from 1 to {largest} at {place}.", "Correct it.")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 < share <= 1.0:
        raise _bad("has no share from 0 to 1 at opt_out.largest_share.", "Write it like 0.5.")
    return share


def _check_private(path: Path, name: str) -> None:
    """A secret's file is a file of its owner alone, and no link to somewhere else."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        mode = 0
    if not stat.S_ISREG(mode):
        raise _bad(f"names a {name} that is not a plain file.", "Put the file there, not a link.")
    if stat.S_IMODE(mode) & 0o077:
        raise _bad(
            f"names a {name} that others may read.", "Treat it as known: have it changed. Mode 600."
        )


def _bad(problem: str, advice: str) -> BadSettings:
    return BadSettings("mesh-settings", f"the mailbox file {problem}", advice)
