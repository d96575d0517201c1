"""The people who may let a release leave: named, each with a signing key of their own.

One YAML file per officer, read strictly. It holds the public half of the key only.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.envelope import public_key_id
from pipelines.core.errors import BadSettings
from pipelines.core.strict_yaml import read_yaml

FOLDER = "officers"
ID = re.compile(r"[a-z][a-z0-9_]{1,40}")
LOGIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.@ -]{0,99})?")
WORDS = re.compile(r"(?!.*\d{6})[^\W\d_][\w .,'()/&-]{1,99}")
"""A name or a role: nothing that YAML, a page or the ledger would take for something else."""
PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
NOBODY = {"", "admin", "anonymous", "n/a", "nobody", "none", "root", "unknown"}
"""What schedulers and forms put in when nobody was logged in, and logins that several share."""
REQUIRED = {"officer", "name", "role", "public_key", "valid_from", "valid_to"}
OPTIONAL = {"airflow_user"}


@dataclass(frozen=True)
class Officer:
    """A person who signs. `public_key` is 32 bytes of Ed25519; `airflow_user` is their login.

    `demo` marks one who was generated for the demonstration and decides nothing.
    """

    id: str
    name: str
    role: str
    public_key: bytes
    airflow_user: str
    valid_from: dt.date
    valid_to: dt.date
    demo: bool = False

    @property
    def key_id(self) -> str:
        """The id of their key; safe to publish."""
        return public_key_id(self.public_key)

    def is_officer_on(self, day: dt.date) -> bool:
        """Whether they may sign on that day."""
        return self.valid_from <= day <= self.valid_to


def folded(name: str) -> str:
    """A name without case and with single spaces, so that one person cannot count as two."""
    return " ".join(name.split()).casefold()


def load_officers(folder: Path, *, demo: bool = False) -> dict[str, Officer]:
    """The officers of a folder, by id. There may be none. Raises `BadSettings`.

    No two may share a name, a key or a login: two approvals shall be two people's.
    """
    read = [_officer(path, read_yaml(path), demo) for path in sorted(folder.glob("*.yaml"))]
    _refuse_shared("name", (folded(officer.name) for officer in read))
    _refuse_shared("public_key", (officer.public_key.hex() for officer in read))
    _refuse_shared("airflow_user", (o.airflow_user.casefold() for o in read if o.airflow_user))
    return {officer.id: officer for officer in read}


def officer_file(officer: Officer) -> str:
    """The officer's file, as it belongs into the folder of officers."""
    lines = [
        f"officer: {officer.id}",
        f"name: {officer.name}",
        f"role: {officer.role}",
        f'public_key: "{officer.public_key.hex()}"',
        f"valid_from: {officer.valid_from}",
        f"valid_to: {officer.valid_to}",
    ]
    login = [f"airflow_user: {officer.airflow_user}"] if officer.airflow_user else []
    return "\n".join([*lines, *login, ""])


def check_officer(officer: Officer) -> None:
    """Raise `BadSettings` unless such a file could be read again."""
    path = Path(FOLDER) / f"{officer.id}.yaml"
    if not ID.fullmatch(officer.id):
        raise _bad(Path(FOLDER) / "new.yaml", "has no valid officer", f"an id as {ID.pattern}")
    stated = {
        "officer": officer.id,
        "name": officer.name,
        "role": officer.role,
        "public_key": officer.public_key.hex(),
        "airflow_user": officer.airflow_user,
        "valid_from": officer.valid_from,
        "valid_to": officer.valid_to,
    }
    _officer(path, stated, officer.demo)


def _officer(path: Path, document: Mapping[str, Any], demo: bool) -> Officer:
    missing, unknown = REQUIRED - set(document), set(document) - REQUIRED - OPTIONAL
    if missing or unknown:
        raise _bad(path, "lacks a key, or has one that nobody knows", ", ".join(sorted(REQUIRED)))
    if document["officer"] != path.stem:
        raise _bad(path, "names another officer inside", "the file's own name at officer")
    officer = Officer(
        id=_formed(path, document, "officer", ID),
        name=_formed(path, document, "name", WORDS),
        role=_formed(path, document, "role", WORDS),
        public_key=bytes.fromhex(_formed(path, document, "public_key", PUBLIC_KEY)),
        airflow_user=_formed(path, {"airflow_user": "", **document}, "airflow_user", LOGIN),
        valid_from=_day(path, document, "valid_from"),
        valid_to=_day(path, document, "valid_to"),
        demo=demo,
    )
    if folded(officer.name) in NOBODY or folded(officer.airflow_user) in NOBODY - {""}:
        raise _bad(path, "names nobody, or a login that several share", "the person's own name")
    return officer


def _formed(path: Path, document: Mapping[str, Any], key: str, form: re.Pattern[str]) -> str:
    value = document[key]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _bad(path, f"has no valid {key}", f"{key} in the form {form.pattern}")
    return value


def _day(path: Path, document: Mapping[str, Any], key: str) -> dt.date:
    value = document[key]
    if type(value) is not dt.date:
        raise _bad(path, f"has no date at {key}", "it as 2027-03-31")
    return value


def _refuse_shared(key: str, values: Iterable[str]) -> None:
    listed = list(values)
    if len(set(listed)) < len(listed):
        raise BadSettings(
            "officers-alike",
            f"two files in schemas/{FOLDER} have the same {key}.",
            "Give every officer a name, a key and a login of their own.",
        )


def _bad(path: Path, problem: str, wanted: str) -> BadSettings:
    return BadSettings(
        "officer-invalid",
        f"{FOLDER}/{path.name} {problem}.",
        f"State {wanted}; see docs/how-to/sign-off.md.",
    )
