"""The table that an attacker draws up: areas, groups and what is counted, as his dimensions.

Areas are his strongest card. He has the public lookups, so a district, a fifth of deprivation and
an ICB of either vintage are all groups of the same smallest areas (the atoms).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

import pyarrow as pa

from pipelines.core.disclosure import Population, status_leaves
from pipelines.core.errors import BadTables
from pipelines.protect.attack.dimension import At, Dimension
from pipelines.protect.cells import PLACE, WHOLE, Cell, Counted

PARENT = "parent_area_code"
AREA, STATUS = "area", "status"
FIFTH, TENTH = "deprivation_quintile", "deprivation_decile"
OF_AREAS = (FIFTH, TENTH)
"""Categories that are kinds of neighbourhood: two tenths are a fifth, as anybody can look up."""
NOT_GIVEN = "not given"


@dataclass(frozen=True)
class Atom:
    """The smallest area that the lookups tell apart, and how many people live there."""

    name: str
    icbs: frozenset[str]
    district: str | None
    fifth: str | None
    residents: float
    tenth: str | None = None

    def lies_in(self, place: Mapping[str, str]) -> bool:
        """Whether the atom is part of a cell's area."""
        if place[PARENT] not in self.icbs:
            return False
        if place["area_type"] == "ltla" and place["area_code"] != self.district:
            return False
        kind = {FIFTH: self.fifth, TENTH: self.tenth}
        return (
            place["category_type"] not in kind or place["category"] == kind[place["category_type"]]
        )


def atoms_of(table: pa.Table | None, cells: Iterable[Cell]) -> list[Atom]:
    """The atoms of a lookup; without one, every district crossed with what else is named."""
    if table is not None and table.num_rows:
        return [
            Atom(
                f"atom {number}",
                frozenset(c for c in (row["icb_2024"], row["icb_2026"]) if c),
                row["ltla_code"], row[FIFTH], _residents(row["residents"]), row.get(TENTH),
            )
            for number, row in enumerate(table.to_pylist())
        ]  # fmt: skip
    places = [at(cell) for cell in cells]
    icbs = sorted({p[PARENT] for p in places})
    districts = sorted({p["area_code"] for p in places if p["area_type"] == "ltla"})
    fifths, tenths = (
        sorted({p["category"] for p in places if p["category_type"] == kind}) for kind in OF_AREAS
    )
    crossed = product(icbs, [*districts, None], [*fifths, None], [*tenths, None])
    return [
        Atom(f"atom {number}", frozenset([icb]), district, fifth, float("inf"), tenth)
        for number, (icb, district, fifth, tenth) in enumerate(crossed)
    ]


def icbs_that_overlap(lookup: pa.Table | None, cells: Iterable[Cell]) -> frozenset[str]:
    """The ICBs, of any vintage, that share an atom with these cells: the lookup has all of each."""
    here = {at(cell)[PARENT] for cell in cells}
    shared = [atom.icbs for atom in atoms_of(lookup, []) if atom.icbs & here]
    return frozenset().union(*shared)


def _residents(counted: int | None) -> float:
    return float("inf") if counted is None else float(counted)


def at(cell: Cell) -> dict[str, str]:
    """A cell's place by column."""
    return dict(zip(PLACE, cell.place, strict=True))


@dataclass(frozen=True)
class Frame:
    """An attacker's dimensions for one tree of populations, and where each cell lies in them."""

    dimensions: tuple[Dimension, ...]
    atoms: tuple[Atom, ...]
    # Many cells lie in one area: its atoms are looked up once.
    _inside: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    def where(self, cell: Cell) -> At:
        """The cell in these dimensions."""
        place = at(cell)
        found = {AREA: _area_code(place), STATUS: cell.population}
        for name in ("sex", "age_band"):
            if place[name] not in WHOLE:
                found[name] = place[name]
        if place["category_type"] not in ("all", *OF_AREAS):
            found[place["category_type"]] = place["category"]
        return found

    def atoms_in(self, cell: Cell) -> frozenset[str]:
        """The names of the atoms of the cell's area."""
        place = at(cell)
        area = _area_code(place)
        if area not in self._inside:
            self._inside[area] = frozenset(a.name for a in self.atoms if a.lies_in(place))
        return self._inside[area]

    def residents(self, cell: Cell) -> float:
        """How many people live in the cell's area: published elsewhere."""
        here = self.atoms_in(cell)
        return sum(atom.residents for atom in self.atoms if atom.name in here)


def _check_known(places: Iterable[Mapping[str, str]]) -> None:
    """Refuse cells that the attacker could not draw up rightly: he would find too little."""
    seen = list(places)
    if {p["area_type"] for p in seen} - {"icb", "ltla"}:
        raise BadTables(
            "protect-area-unknown",
            "people are counted by a kind of area that the attacker does not know.",
            "Count people by ICB, district or deprivation only.",
        )
    bands = sorted(_ages(band) for band in {p["age_band"] for p in seen} - set(WHOLE))
    if any(young[1] >= old[0] for young, old in pairwise(bands)):
        raise BadTables(
            "protect-ages-overlap",
            "the same people are counted by age groups that overlap.",
            "Give all datasets that count these people the same age groups.",
        )


def _ages(band: str) -> tuple[float, float]:
    """The first and the last year of age of a group: 19-34, or 65+."""
    years = [int(number) for number in re.findall(r"\d+", band)]
    return (years or [0])[0], years[1] if len(years) > 1 else float("inf")


def frame_of(
    counted: Counted,
    tree: Sequence[Population],
    lookup: pa.Table | None,
    elsewhere: Sequence[Cell] = (),
) -> Frame:
    """The dimensions of one tree. `elsewhere` are cells of other releases over the same areas."""
    own = cells_of(counted, tree)
    cells = [*own, *elsewhere]
    seen = atoms_of(lookup, cells)
    places = [at(cell) for cell in cells]
    _check_known(places)
    each = {_area_code(place): place for place in places}
    atoms = tuple(a for a in seen if any(a.lies_in(place) for place in each.values()))
    areas = {
        area: tuple(atom.name for atom in atoms if atom.lies_in(place))
        for area, place in each.items()
    }
    names = {p.id for p in tree}
    leaves, groups = status_leaves(
        tree,
        [s for s in counted.disclosure.disjoint if set(s) <= names],
        [s for s in counted.disclosure.partitions if set(s) <= names],
    )
    dimensions = [
        Dimension(AREA, tuple(atom.name for atom in atoms), areas),
        Dimension(STATUS, leaves, groups),
        *_others(counted, own, places),
    ]
    return Frame(tuple(dimensions), atoms)


def cells_of(counted: Counted, tree: Sequence[Population]) -> list[Cell]:
    """The cells of one tree's populations."""
    names = {p.id for p in tree}
    return [cell for cell in counted.cells if cell.population in names]


def _area_code(place: Mapping[str, str]) -> str:
    kind = f" {place['category_type']} {place['category']}"
    part = kind.replace(FIFTH, "fifth") if place["category_type"] in OF_AREAS else ""
    return f"{place['area_type']} {place['area_code']} in {place['parent_area_code']}{part}"


def _others(
    counted: Counted, own: Sequence[Cell], places: Sequence[Mapping[str, str]]
) -> list[Dimension]:
    """Sex, age and whatever else divides: a leaf for each code, and one more if any is unknown.

    Of people elsewhere nobody here knows whether their group is given.
    """
    kinds = sorted({p["category_type"] for p in places} - {"all", *OF_AREAS})
    found = []
    for name in ("sex", "age_band", *kinds):
        column, whole = (name, WHOLE) if name in ("sex", "age_band") else ("category", ("all",))
        used = [p for p in places if name in ("sex", "age_band") or p["category_type"] == name]
        codes = sorted({p[column] for p in used} - set(whole))
        if codes:
            spare = (
                [NOT_GIVEN] if len(own) < len(places) or some_unknown(counted, own, name) else []
            )
            found.append(Dimension(name, (*codes, *spare), {}))
    return found


def some_unknown(counted: Counted, own: Sequence[Cell], name: str) -> bool:
    """Whether the parts of any published total fall short of it.

    The attacker is told: a table that adds up has nobody in it whose group is unknown.
    """
    parts: dict[Cell, int] = {}
    for cell in own:
        whole = _without(cell, name)
        if whole != cell:
            parts[whole] = parts.get(whole, 0) + int(counted.truth[counted.number_of[cell]])
    known = counted.number_of
    return any(total != counted.truth[known[w]] for w, total in parts.items() if w in known)


def _without(cell: Cell, name: str) -> Cell:
    """The cell with one dimension at its total; the cell itself if it is not divided by it."""
    place = at(cell)
    if name in ("sex", "age_band") and place[name] not in WHOLE:
        place[name] = "persons" if name == "sex" else "all"
    elif place["category_type"] == name:
        place["category_type"] = place["category"] = "all"
    return Cell(cell.population, tuple(place[column] for column in PLACE))


def with_code(cell: Cell, name: str, code: str) -> Cell:
    """The cell, divided by one dimension more."""
    place = at(cell)
    if name in ("sex", "age_band"):
        place[name] = code
    else:
        place["category_type"], place["category"] = name, code
    return Cell(cell.population, tuple(place[column] for column in PLACE))
