"""A withdrawal being carried out: written down sealed before anything is removed, and kept after.

Without it nobody could tell, after a crash, whose rows were still to go.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.core.files import sync_folder, write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings

UNFINISHED, FINISHED = ".intent.sealed", ".done.sealed"


@dataclass(frozen=True)
class Withdrawn:
    """Somebody who withdrew: a token, and where the provider told us."""

    token: str
    withdrawn_on: str
    delivery: str
    file_number: int
    row_number: int
    held: bool


@dataclass(frozen=True)
class Act:
    """Whom to take out, as one delivery told us, and how many rows were there of them by table."""

    provider: str
    delivery: str
    day: str
    started_at: str
    people: tuple[Withdrawn, ...]
    rows: Mapping[str, int]

    @property
    def held(self) -> int:
        """Of how many of them we held anything."""
        return sum(person.held for person in self.people)


def write_intent(act: Act, settings: Settings, keys: KeySource) -> None:
    """Write down whom to take out, before anything is removed."""
    _write(act, UNFINISHED, settings, keys)


def write_done(act: Act, settings: Settings, keys: KeySource) -> None:
    """Write down that they are out; the intent has then served its turn."""
    _write(act, FINISHED, settings, keys)
    intent = settings.red / _place(act, UNFINISHED)
    intent.unlink(missing_ok=True)
    sync_folder(intent.parent)


def unfinished_acts(provider: str, settings: Settings, keys: KeySource) -> list[Act]:
    """Acts that a run began and did not finish."""
    return list(_acts(provider, UNFINISHED, settings, keys))


def settled(provider: str, settings: Settings, keys: KeySource) -> dict[str, str]:
    """Token to the last day of withdrawal that was dealt with."""
    days: dict[str, str] = {}
    for act in _acts(provider, FINISHED, settings, keys):
        for person in act.people:
            days[person.token] = max(person.withdrawn_on, days.get(person.token, ""))
    return days


def _write(act: Act, ending: str, settings: Settings, keys: KeySource) -> None:
    place = _place(act, ending)
    data = json.dumps(dataclasses.asdict(act), sort_keys=True).encode()
    write_whole(settings.red / place, keys.seal(place, data))


def _acts(provider: str, ending: str, settings: Settings, keys: KeySource) -> Iterator[Act]:
    for path in sorted((settings.red / "withdrawal" / provider).glob(f"*{ending}")):
        place = path.relative_to(settings.red).as_posix()
        yield _act(json.loads(keys.unseal(place, path.read_bytes())))


def _act(document: dict[str, object]) -> Act:
    people = tuple(Withdrawn(**person) for person in document.pop("people"))  # type: ignore[attr-defined]  # (a list of mappings, as written above)
    return Act(people=people, **document)  # type: ignore[arg-type]  # (the fields, as written above)


def _place(act: Act, ending: str) -> str:
    moment = "".join(c for c in act.started_at if c.isdigit())
    return f"withdrawal/{act.provider}/{act.day}-{act.delivery}-{moment}{ending}"
