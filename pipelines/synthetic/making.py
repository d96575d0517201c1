"""What every provider's delivery is made from, and the pen that writes one drop."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.synthetic.dirt import DIRT
from pipelines.synthetic.drops import Cell, finish_drop, open_drop, write_part
from pipelines.synthetic.memberships import window_start
from pipelines.synthetic.people import Ints, People
from pipelines.synthetic.places import Neighbourhood
from pipelines.synthetic.planting import Pen, Planter, Sheet, fresh_numbers
from pipelines.synthetic.spelling import MARCH, OCTOBER, clock_change, date_of
from pipelines.synthetic.truth import DropTruth, FileTruth, file_truth
from pipelines.synthetic.visits import Visits

FIRST_PLANTED = 900_000_000
"""Planted records are numbered from here, where no clean record comes."""

Encode = Callable[[Sequence[Sequence[Cell]]], Iterable[bytes]]


@dataclass(frozen=True)
class Making:
    """One run: where to, for whom, until when, with what dirt."""

    inbox: Path
    neighbourhoods: Sequence[Neighbourhood]
    people: People
    through: dt.date
    seed: int
    enabled: AbstractSet[str]
    progress: Callable[[str, int], None]

    def planter(self, provider: str, clubs: Sequence[str]) -> Planter:
        """A planter of the kinds that are switched on for that provider."""
        start = date_of(window_start(self.through))
        pen = Pen(
            rng=np.random.default_rng([self.seed, 8]),
            numbers=fresh_numbers(FIRST_PLANTED),
            clubs=clubs,
            start=start,
            through=self.through,
            went_back=clock_change(start, self.through, OCTOBER),
            went_forward=clock_change(start, self.through, MARCH),
        )
        kinds = [k for k in DIRT if k.provider == provider and k.name in self.enabled]
        return Planter(provider, kinds, self.seed, pen)

    def open(self, provider: str, on: dt.date) -> "DropInMaking":
        """Begin a drop that is named by its day."""
        drop = DropInMaking(provider, on.isoformat(), self.inbox, self.progress)
        open_drop(drop.folder)
        return drop


@dataclass
class DropInMaking:
    """A drop that is being written, and the truth about it so far."""

    provider: str
    name: str
    inbox: Path
    progress: Callable[[str, int], None]
    files: list[FileTruth] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the drop lies."""
        return self.inbox / self.provider / self.name

    def write_rows(
        self,
        name: str,
        table: str,
        rows: Sequence[Sequence[Cell]],
        encode: Encode,
        reasons: Iterable[str] = (),
        dirt: Mapping[str, int] | None = None,
    ) -> None:
        """Write one file as it is."""
        write_part(self.folder / name, encode(rows))
        self.files.append(file_truth(name, table, len(rows), reasons, dirt or {}))
        self.progress(f"{self.provider}/{name}", len(rows))

    def write_sheet(
        self,
        sheet: Sheet,
        planter: Planter,
        encode: Encode,
        also: Mapping[str, int] | None = None,
    ) -> None:
        """Write one file with dirt planted in it; `also` counts dirt that is in it already."""
        rows, dirt = planter.soil(sheet)
        self.write_rows(
            sheet.name, sheet.table, rows, encode, sheet.reasons, {**dirt, **(also or {})}
        )

    def write_copy(self, original: str, copy: str, kind: str) -> None:
        """Write a file's bytes again under another name; none of its rows counts as received."""
        write_part(self.folder / copy, [(self.folder / original).read_bytes()])
        truth = next(f for f in self.files if f.name == original)
        self.files.append(FileTruth(copy, truth.table, truth.rows, 0, {}, {kind: 1}))

    def finish(self) -> DropTruth:
        """Write the list of digests: from now on the drop may be read."""
        finish_drop(self.folder)
        return DropTruth(self.provider, self.name, tuple(self.files))


def by_month(visits: Visits) -> Iterator[tuple[str, Visits, Ints]]:
    """Each month's visits, with its name as 2026-09 and their places among all."""
    months = visits.day.astype("datetime64[D]").astype("datetime64[M]")
    for month in np.unique(months):
        places = np.flatnonzero(months == month)
        yield str(month), visits.part(places), places
