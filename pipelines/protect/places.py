"""The table that an attacker draws up: areas, groups and what is counted, as his dimensions.

Areas are his strongest card. He has the public lookups, so a district, a fifth of deprivation and
an ICB of either vintage are all groups of the same smallest areas (the atoms).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pyarrow as pa

from pipelines.core.disclosure import Population, status_leaves
from pipelines.protect.attack.dimension import At, Dimension
from pipelines.protect.cells import PLACE, WHOLE, Cell, Counted

PARENT = "parent_area_code"
AREA, STATUS, FIFTH = "area", "status", "deprivation_quintile"
NOT_GIVEN = "not given"


@dataclass(frozen=True)
class Atom:
    """The smallest area that the lookups tell apart, and how many people live there."""

    name: str
    icbs: frozenset[str]
    district: str | None
    fifth: str | None
    residents: float

    def lies_in(self, place: Mapping[str, str]) -> bool:
        """Whether the atom is part of a cell's area."""
        if place[PARENT] not in self.icbs:
            return False
        if place["area_type"] == "ltla" and place["area_code"] != self.district:
            return False
        return place["category_type"] != FIFTH or place["category"] == self.fifth


def atoms_of(table: pa.Table | None, cells: Iterable[Cell]) -> list[Atom]:
    """The atoms of a lookup; without one, every district crossed with every fifth that is named."""
    if table is not None and table.num_rows:
        return [
            Atom(
                f"atom {number}",
                frozenset(c for c in (row["icb_2024"], row["icb_2026"]) if c),
                row["ltla_code"], row["deprivation_quintile"], _residents(row["residents"]),
            )
            for number, row in enumerate(table.to_pylist())
        ]  # fmt: skip
    places = [at(cell) for cell in cells]
    icbs = sorted({p[PARENT] for p in places})
    districts = sorted({p["area_code"] for p in places if p["area_type"] == "ltla"})
    fifths = sorted({p["category"] for p in places if p["category_type"] == FIFTH})
    crossed = product(icbs, [*districts, None], [*fifths, None])
    return [
        Atom(f"atom {number}", frozenset([icb]), district, fifth, float("inf"))
        for number, (icb, district, fifth) in enumerate(crossed)
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

    def where(self, cell: Cell) -> At:
        """The cell in these dimensions."""
        place = at(cell)
        found = {AREA: _area_code(place), STATUS: cell.population}
        for name in ("sex", "age_band"):
            if place[name] not in WHOLE:
                found[name] = place[name]
        if place["category_type"] not in ("all", FIFTH):
            found[place["category_type"]] = place["category"]
        return found

    def atoms_in(self, cell: Cell) -> frozenset[str]:
        """The names of the atoms of the cell's area."""
        place = at(cell)
        return frozenset(atom.name for atom in self.atoms if atom.lies_in(place))

    def residents(self, cell: Cell) -> float:
        """How many people live in the cell's area: published elsewhere."""
        here = self.atoms_in(cell)
        return sum(atom.residents for atom in self.atoms if atom.name in here)


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
    atoms = tuple(a for a in seen if any(a.lies_in(place) for place in places))
    areas = {
        _area_code(place): tuple(atom.name for atom in atoms if atom.lies_in(place))
        for place in places
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
    fifth = f" fifth {place['category']}" if place["category_type"] == FIFTH else ""
    return f"{place['area_type']} {place['area_code']} in {place['parent_area_code']}{fifth}"


def _others(
    counted: Counted, own: Sequence[Cell], places: Sequence[Mapping[str, str]]
) -> list[Dimension]:
    """Sex, age and whatever else divides: a leaf for each code, and one more if any is unknown.

    Of people elsewhere nobody here knows whether their group is given.
    """
    kinds = sorted({p["category_type"] for p in places} - {"all", FIFTH})
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
