"""Which records are of one person: worked out once for a state of the store, kept in amber.

What is kept holds pseudonyms only, and goes when the store changes.
"""

import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.core.files import write_whole
from pipelines.core.linkage_quality import LinkageQuality
from pipelines.core.plan import Matching
from pipelines.house import House
from pipelines.pseudonymise.linkage import resolve_people
from pipelines.pseudonymise.linkage_rule import CAREFUL

QUALITY = b"widebridge.linkage_quality"


@dataclass(frozen=True)
class MatchedPeople:
    """The file of (provider, member_key, person_key, rule), and how well it was made."""

    file: Path
    quality: LinkageQuality


def match_people(house: House, purpose: str, as_of: dt.date) -> MatchedPeople:
    """Everybody whose consent covers the use, matched; made anew only when the store changed."""
    file = _place(house, purpose, as_of)
    if not file.exists():
        resolved, quality = resolve_people(
            house.settings, house.contracts, house.store, purpose=purpose, as_of=as_of
        )
        note = {QUALITY: json.dumps(asdict(quality)).encode()}
        buffer = io.BytesIO()
        pq.write_table(resolved.replace_schema_metadata(note), buffer, compression="zstd")
        _remove_older(file)
        write_whole(file, buffer.getvalue())
    note = pq.read_schema(file).metadata
    return MatchedPeople(file, LinkageQuality(**json.loads(note[QUALITY])))


Told = Callable[[Mapping[str, int]], Mapping[str, int | None]]
"""Turns exact counts, by name, into those that may be told."""


def matching_of(quality: LinkageQuality, told: Told) -> Matching:
    """The quality as it may be told: every count protected, shares from such counts only."""
    counts = {
        "records": quality.members,
        "people": quality.people,
        "matched_by_nhs_number": quality.linked_by_nhs,
        "matched_by_tokens": quality.linked_by_rule,
        "without_tokens": quality.members_without_tokens,
        "groups_taken_apart": quality.refused_components,
        "pairs_checked": quality.true_pairs,
        "pairs_found": quality.found_pairs,
        "pairs_agreed": quality.agreed_pairs,
    }
    shown = dict(told({f"matching|{name}": count for name, count in counts.items()}))
    kept = {name: shown[f"matching|{name}"] for name in counts}
    return Matching(
        rule=CAREFUL.name,
        precision=_share(kept["pairs_agreed"], kept["pairs_found"]),
        recall=_share(kept["pairs_agreed"], kept["pairs_checked"]),
        **kept,
    )


def _share(part: int | None, whole: int | None) -> float | None:
    return round(100 * part / whole, 1) if part and whole else None


def _place(house: House, purpose: str, as_of: dt.date) -> Path:
    use = json.dumps([purpose, as_of.isoformat(), asdict(CAREFUL)])
    name = f"{house.keys.key_id}-{house.store.state()[:16]}"
    digest = hashlib.sha256(use.encode()).hexdigest()[:8]
    return house.settings.amber / "identity" / f"{name}-{digest}.parquet"


def _remove_older(file: Path) -> None:
    """What was made of another state of the store may hold people who have left it."""
    state = file.name.rpartition("-")[0]
    for older in file.parent.glob("*.parquet"):
        if not older.name.startswith(state):
            older.unlink()
