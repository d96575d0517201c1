"""How hard each visit's activity is, from the provider's own word for it.

`schemas/activities.yaml` names the words; a word that it lacks is of unknown intensity, never of a
guessed one.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.core.errors import BadContract
from pipelines.core.stages import Checked
from pipelines.core.strict_yaml import read_yaml

NAME = "activities.yaml"
ATTENDANCE = "attendance"
MODERATE_FROM, VIGOROUS_FROM = 3.0, 6.0
"""METs: UK Chief Medical Officers' Physical Activity Guidelines, 2019."""
KEYS = ("concept", "id", "words", "compendium", "mets", "because")
WORD = pa.schema(
    [("word", pa.string()), ("activity_name", pa.string()), ("intensity", pa.string())]
)


@dataclass(frozen=True)
class Activity:
    """A concept of OpenActive's list, the line of the Compendium that stands for it, and why."""

    concept: str
    id: str
    words: tuple[str, ...]
    compendium: str
    mets: float
    because: str

    @property
    def intensity(self) -> str:
        """Light, moderate or vigorous."""
        if self.mets < MODERATE_FROM:
            return "light"
        return "moderate" if self.mets < VIGOROUS_FROM else "vigorous"


def load_activities(schemas: Path) -> tuple[Activity, ...]:
    """Read `schemas/activities.yaml`. Raises `BadContract`, naming the entry."""
    path = schemas / NAME
    if not path.is_file():
        raise _bad("is missing.", "Restore it: without it no activity counts.")
    document = read_yaml(path)
    if set(document) - {"sources", "activities"}:
        raise _bad("has an unknown key.", "State: sources, activities.")
    entries = document.get("activities")
    if not isinstance(entries, list):
        raise _bad("has no list of activities.", "List at least one.")
    activities = tuple(_activity(number, entry) for number, entry in enumerate(entries, start=1))
    words = [word for activity in activities for word in activity.words]
    if len(set(words)) != len(words):
        raise _bad("names a word under two activities.", "A word may mean one activity only.")
    return activities


def name_activities(
    checked: Checked, activities: tuple[Activity, ...], engine: duckdb.DuckDBPyConnection
) -> Checked:
    """The same rows, each with its `activity_name` and `intensity`; 'unknown' where nobody knows.

    Tables of anything but attendance pass as they are.
    """
    if checked.contract.name != ATTENDANCE:
        return checked
    rows = [
        {"word": word, "activity_name": activity.concept, "intensity": activity.intensity}
        for activity in activities
        for word in activity.words
    ]
    # A table of the engine's own: what is registered is not seen by its other cursors.
    engine.register("activity_words", pa.Table.from_pylist(rows, schema=WORD))
    engine.execute("create table activity_word as select * from activity_words")
    engine.unregister("activity_words")
    relation = f"named_{ATTENDANCE}"
    engine.execute(
        f"create view {relation} as select rows.*, "
        "coalesce(known.activity_name, 'unknown') as activity_name, "
        "coalesce(known.intensity, 'unknown') as intensity "
        f"from {checked.relation} as rows "
        "left join activity_word as known on known.word = lower(trim(rows.activity))"
    )
    return dataclasses.replace(checked, relation=relation)


def _activity(number: int, entry: Any) -> Activity:
    if not isinstance(entry, Mapping) or set(entry) != set(KEYS):
        raise _bad(f"has another form at entry {number}.", f"State: {', '.join(KEYS)}.")
    words, mets = entry["words"], entry["mets"]
    if not isinstance(words, list) or not words or any(w != _plain(w) for w in words):
        raise _bad(f"has no list of words at entry {number}.", "Write lower-case words.")
    if type(mets) is not float or mets <= 0:
        raise _bad(f"has no METs at entry {number}.", "Write a number with a decimal point.")
    texts = {key: str(entry[key]) for key in KEYS if key not in ("words", "mets")}
    return Activity(words=tuple(words), mets=mets, **texts)


def _plain(word: object) -> str:
    return str(word).strip().lower()


def _bad(problem: str, advice: str) -> BadContract:
    return BadContract("activities-unreadable", f"schemas/{NAME} {problem}", advice)
