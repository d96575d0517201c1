"""The right answers about a delivery: counts only, kept beside the inbox and never in it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.files import write_whole
from pipelines.synthetic.dirt import BY_NAME
from pipelines.synthetic.linkage_truth import RecordTruth
from pipelines.synthetic.planting import Outcome


@dataclass(frozen=True)
class FileTruth:
    """One file: rows in it, rows that count as received, rows of refused people, dirt by kind."""

    name: str
    table: str
    rows: int
    received: int
    refused: Mapping[str, int]
    dirt: Mapping[str, int]


@dataclass(frozen=True)
class TableTruth:
    """One table of a drop, as the intake line should count it."""

    received: int
    kept: int
    refused: Mapping[str, int]
    quarantined: Mapping[str, int]
    noted: Mapping[str, int]


@dataclass(frozen=True)
class DropTruth:
    """One drop, file by file."""

    provider: str
    drop: str
    files: tuple[FileTruth, ...]
    records: tuple[RecordTruth, ...] = ()

    @property
    def dirt(self) -> dict[str, int]:
        """How much of each kind the drop holds."""
        return _total(f.dirt for f in self.files)

    @property
    def tables(self) -> dict[str, TableTruth]:
        """What the intake line should report of each table."""
        return {
            table: _table_truth([f for f in self.files if f.table == table])
            for table in sorted({f.table for f in self.files})
        }

    def as_json(self) -> dict[str, Any]:
        """The drop as the sidecar file shows it."""
        return {
            "provider": self.provider,
            "drop": self.drop,
            "tables": {name: dict(vars(truth)) for name, truth in self.tables.items()},
            "dirt": {name: {"count": count, **_fate(name)} for name, count in self.dirt.items()},
            "files": [vars(f) for f in self.files],
        }


@dataclass(frozen=True)
class Sidecar:
    """Every drop of one run."""

    people: int
    seed: int
    through: str
    drops: tuple[DropTruth, ...]

    @property
    def dirt(self) -> dict[str, int]:
        """How much of each kind there is in all drops together."""
        return _total(drop.dirt for drop in self.drops)

    def drop(self, provider: str, name: str) -> DropTruth:
        """The truth about one drop."""
        return next(d for d in self.drops if (d.provider, d.drop) == (provider, name))


def file_truth(
    name: str, table: str, rows: int, reasons: Iterable[str], dirt: Mapping[str, int]
) -> FileTruth:
    """The truth about one file, from why each clean row is refused and what was planted."""
    refused = Counter(reason for reason in reasons if reason)
    refused.update(_by_outcome(dirt, Outcome.REFUSED))
    return FileTruth(
        name, table, rows, rows, dict(sorted(refused.items())), dict(sorted(dirt.items()))
    )


def write_truth(folder: Path, sidecar: Sidecar) -> None:
    """Write one JSON file a drop."""
    for drop in sidecar.drops:
        facts = {
            "people": sidecar.people,
            "seed": sidecar.seed,
            "through": sidecar.through,
            **drop.as_json(),
        }
        text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        write_whole(folder / drop.provider / f"{drop.drop}.json", text.encode("utf-8"))


def _table_truth(files: Sequence[FileTruth]) -> TableTruth:
    received = sum(f.received for f in files)
    refused = _total(f.refused for f in files)
    dirt = _total(f.dirt for f in files)
    quarantined = _by_outcome(dirt, Outcome.QUARANTINED)
    lost = sum(refused.values()) + sum(quarantined.values())
    noted = {
        **_by_outcome(dirt, Outcome.NOTED),
        **{f"{files[0].table}.file_{c}": n for c, n in _by_outcome(dirt, Outcome.FILE).items()},
    }
    return TableTruth(received, received - lost, refused, quarantined, noted)


def _by_outcome(dirt: Mapping[str, int], outcome: Outcome) -> dict[str, int]:
    codes: Counter[str] = Counter()
    for name, count in dirt.items():
        fate = BY_NAME[name].fate
        if fate.outcome is outcome and count:
            codes[fate.code] += count
    return dict(sorted(codes.items()))


def _total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for some in counts:
        total.update(some)
    return dict(sorted(total.items()))


def _fate(name: str) -> dict[str, str]:
    kind = BY_NAME[name]
    return {"outcome": kind.fate.outcome.value, "code": kind.fate.code, "planted": kind.planted}
