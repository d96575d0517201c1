"""What every provider's delivery is made from, and the pen that writes one drop."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.synthetic.details import Details
from pipelines.synthetic.dirt import DIRT
from pipelines.synthetic.drops import Cell, finish_drop, open_drop, write_part
from pipelines.synthetic.linkage_truth import RecordTruth
from pipelines.synthetic.memberships import window_start
from pipelines.synthetic.people import Ints
from pipelines.synthetic.planting import Pen, Planter, Sheet, fresh_numbers
from pipelines.synthetic.spelling import MARCH, OCTOBER, clock_change, date_of
from pipelines.synthetic.truth import DropTruth, FileTruth, file_truth
from pipelines.synthetic.visits import Visits
from pipelines.synthetic.world import World

FIRST_PLANTED = 900_000_000
"""Planted records are numbered from here, where no clean record comes."""

Encode = Callable[[Sequence[Sequence[Cell]]], Iterable[bytes]]


@dataclass(frozen=True)
class Making:
    """One run: where to, of which world, and who hears of it."""

    inbox: Path
    world: World
    progress: Callable[[str, int], None]

    def enables(self, kind: str) -> bool:
        """Whether that kind of dirt is switched on."""
        return kind in self.world.enabled

    def planter(self, provider: str, clubs: Sequence[str]) -> Planter:
        """A planter of the kinds that are switched on for that provider."""
        world = self.world
        start = date_of(window_start(world.through))
        pen = Pen(
            rng=np.random.default_rng([world.seed, 8]),
            numbers=fresh_numbers(FIRST_PLANTED),
            clubs=clubs,
            start=start,
            through=world.through,
            went_back=clock_change(start, world.through, OCTOBER),
            went_forward=clock_change(start, world.through, MARCH),
        )
        kinds = [k for k in DIRT if k.provider == provider and k.name in world.enabled]
        return Planter(provider, kinds, world.seed, pen)

    def trapped(self, provider: str) -> dict[str, int]:
        """How many pairs of each kind of trap are laid in that provider's people."""
        return self.world.trapped({k.name for k in DIRT if k.provider == provider})

    def open(self, provider: str, on: dt.date) -> "DropInMaking":
        """Begin a drop that is named by its day."""
        drop = DropInMaking(provider, on.isoformat(), self.inbox, self.progress)
        open_drop(drop.folder)
        return drop


@dataclass(frozen=True)
class Whose:
    """Whom each clean row of a sheet is about, and how it departs from the truth."""

    person: Ints
    details: Details

    def of(self, name: str, origins: Sequence[int]) -> RecordTruth:
        """The same of the rows as written, given the clean row that each stems from."""
        person, difference = (
            self.person[list(origins)].tolist(),
            self.details.difference[list(origins)],
        )
        return RecordTruth(name, person, difference.tolist())


@dataclass
class DropInMaking:
    """A drop that is being written, and the truth about it so far."""

    provider: str
    name: str
    inbox: Path
    progress: Callable[[str, int], None]
    files: list[FileTruth] = field(default_factory=list)
    records: list[RecordTruth] = field(default_factory=list)

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
        whose: Whose | None = None,
    ) -> None:
        """Write one file with dirt planted in it; `also` counts dirt that is in it already."""
        soiled = planter.soil(sheet)
        dirt = {**soiled.dirt, **(also or {})}
        self.write_rows(sheet.name, sheet.table, soiled.rows, encode, sheet.reasons, dirt)
        if whose is not None:
            self.records.append(whose.of(sheet.name, soiled.origins))

    def write_copy(self, original: str, copy: str, kind: str) -> None:
        """Write a file's bytes again under another name; none of its rows counts as received."""
        write_part(self.folder / copy, [(self.folder / original).read_bytes()])
        truth = next(f for f in self.files if f.name == original)
        self.files.append(FileTruth(copy, truth.table, truth.rows, 0, {}, {kind: 1}))

    def finish(self) -> DropTruth:
        """Write the list of digests: from now on the drop may be read."""
        finish_drop(self.folder)
        return DropTruth(self.provider, self.name, tuple(self.files), tuple(self.records))


def by_month(visits: Visits) -> Iterator[tuple[str, Visits, Ints]]:
    """Each month's visits, with its name as 2026-09 and their places among all."""
    months = visits.day.astype("datetime64[D]").astype("datetime64[M]")
    for month in np.unique(months):
        places = np.flatnonzero(months == month)
        yield str(month), visits.part(places), places
