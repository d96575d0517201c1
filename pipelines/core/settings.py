"""Where things are and how much of the machine to use: built once, from the environment."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.core.errors import BadSettings

PROJECT = Path(__file__).resolve().parents[2]


class People(StrEnum):
    """Whose records a house may hold. An NHS number of the other kind is put in quarantine."""

    REAL = "real"
    SYNTHETIC = "synthetic"


DAYS = re.compile(r"[0-9]{1,2}(\.[0-9]{1,6})?")
LONGEST_WAIT = 31


@dataclass(frozen=True)
class Settings:
    """One run's places and limits. Every variable is explained in `dotenv-sample`.

    `patience` is how long a release candidate waits for its approvals before it lapses;
    `refuses_silence` stops a release in whose period a provider delivered nothing.
    """

    home: Path
    inbox: Path
    reference: Path
    releases: Path
    pages: Path
    schemas: Path
    expectations: Path
    memory_limit: str
    threads: int
    people: People
    mesh: Path | None
    patience: dt.timedelta
    refuses_silence: bool

    @property
    def red(self) -> Path:
        """The zone in which people are identifiable; everything in it is sealed."""
        return self.home / "red"

    @property
    def amber(self) -> Path:
        """The linked store: pseudonyms only."""
        return self.home / "amber"

    @property
    def staging(self) -> Path:
        """Release candidates, protected but not signed."""
        return self.home / "staging"

    @property
    def keys(self) -> Path:
        """The local key ring."""
        return self.home / "keys"

    @property
    def ledger(self) -> Path:
        """The append-only record of everything that was done."""
        return self.home / "ledger" / "ledger.jsonl"


def settings_from(environ: Mapping[str, str], home: Path | None = None) -> Settings:
    """Read the settings. `home` (a command's option) wins over WIDEBRIDGE_HOME."""
    base = (home or Path(environ.get("WIDEBRIDGE_HOME", "widebridge-home"))).resolve()

    def place(name: str, default: Path) -> Path:
        return Path(environ[name]).resolve() if environ.get(name) else default

    inbox = place("WIDEBRIDGE_INBOX", base / "inbox")
    threads = environ.get("WIDEBRIDGE_THREADS", "2")
    if not threads.isdecimal() or int(threads) < 1:
        raise BadSettings(
            "settings-threads",
            "WIDEBRIDGE_THREADS is not a whole number of at least 1.",
            "Set it to the number of cores that a run may use.",
        )
    people = environ.get("WIDEBRIDGE_PEOPLE") or People.SYNTHETIC
    if people not in set(People):
        raise BadSettings(
            "settings-people",
            "WIDEBRIDGE_PEOPLE is neither real nor synthetic.",
            "Set it to real where records of real people come in; nowhere else.",
        )
    return Settings(
        refuses_silence=_refuses_silence(environ.get("WIDEBRIDGE_SILENT_PROVIDERS") or "tell"),
        patience=_patience(environ.get("WIDEBRIDGE_SIGN_OFF_DAYS") or "7"),
        home=base,
        inbox=inbox,
        reference=place("WIDEBRIDGE_REFERENCE", inbox / "reference"),
        releases=place("WIDEBRIDGE_RELEASES", base / "releases"),
        pages=place("WIDEBRIDGE_PAGES", base / "pages"),
        schemas=place("WIDEBRIDGE_SCHEMAS", PROJECT / "schemas"),
        expectations=place("WIDEBRIDGE_EXPECTATIONS", PROJECT / "expectations"),
        memory_limit=environ.get("WIDEBRIDGE_MEMORY", "2GB"),
        threads=int(threads),
        people=People(people),
        mesh=Path(environ["WIDEBRIDGE_MESH"]).resolve() if environ.get("WIDEBRIDGE_MESH") else None,
    )


def _patience(days: str) -> dt.timedelta:
    if not DAYS.fullmatch(days) or not 0 < float(days) <= LONGEST_WAIT:
        raise BadSettings(
            "settings-sign-off-days",
            f"WIDEBRIDGE_SIGN_OFF_DAYS is not a number of days above 0 and up to {LONGEST_WAIT}.",
            "Set it to how long a candidate may wait for its approvals; 7 if not set.",
        )
    return dt.timedelta(days=float(days))


def _refuses_silence(asked: str) -> bool:
    if asked not in ("tell", "refuse"):
        raise BadSettings(
            "settings-silent-providers",
            "WIDEBRIDGE_SILENT_PROVIDERS is neither tell nor refuse.",
            "Set it to refuse to stop releases in whose period a provider delivered nothing.",
        )
    return asked == "refuse"
