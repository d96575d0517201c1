"""Areas, groups and steps as an attacker draws them up."""

from typing import Any

import pyarrow as pa
import pytest

from pipelines.core.errors import BadTables
from pipelines.measure.atoms import ATOMS
from pipelines.protect.cells import Cell, Counted, counted
from pipelines.protect.places import AREA, NOT_GIVEN, STATUS, Frame, atoms_of, frame_of
from tests.rooms.protect.made_tables import (
    CONTRACT,
    CONTRACTS,
    REFERRED,
    UNKNOWN,
    Row,
    measured,
    of_people,
    row,
)

ICB, OLD = "E54000057", "E54000008"
FIFTH, TENTH = {"category_type": "deprivation_quintile"}, {"category_type": "deprivation_decile"}


def lookup(
    *rows: tuple[str, str, str | None, str | None, int | None], tenth: str | None = None
) -> pa.Table:
    """District, fifth, ICB of each vintage and residents of some atoms, all of one tenth."""
    names = ATOMS.names
    whole = [dict(zip(names, (*r, tenth), strict=True)) for r in rows]
    return pa.Table.from_pylist(whole, ATOMS)


def cell(population: str = "referred", area: str = ICB, parent: str = ICB, **others: str) -> Cell:
    place = {"sex": "persons", "age_band": "all", "category_type": "all", "category": "all"}
    kind = "icb" if area == parent else "ltla"
    return Cell(population, (kind, area, parent, *{**place, **others}.values()))


def frame(rows: list[Row], elsewhere: tuple[Cell, ...] = (), atoms: Any = None) -> Frame:
    what = counted_of(rows)
    return frame_of(what, what.disclosure.trees()[0], atoms, elsewhere)


def counted_of(rows: list[Row], dataset: str = CONTRACT.name) -> Counted:
    return counted(CONTRACTS.output(dataset), measured(rows).table)


def leaves(found: Frame, dimension: str) -> tuple[str, ...]:
    return next(d.leaves for d in found.dimensions if d.name == dimension)


TWO_SEXES = {("male", "c1", "referred"): 20, ("female", "c1", "referred"): 30}


def test_without_a_lookup_every_named_group_and_the_rest_are_atoms() -> None:
    cells = [cell(), cell(**FIFTH, category="1")]
    found = [(atom.district, atom.fifth) for atom in atoms_of(None, cells)]
    assert found == [(None, "1"), (None, None)]


def test_an_atom_lies_in_its_icb_of_either_vintage() -> None:
    (atom,) = atoms_of(lookup(("D1", "1", OLD, ICB, 10)), [])
    assert [atom.lies_in(_at(cell(area=code, parent=code))) for code in (OLD, ICB)] == [True, True]


def _at(where: Cell) -> dict[str, str]:
    names = ("area_type", "area_code", "parent_area_code", "sex", "age_band", "category_type")
    return dict(zip((*names, "category"), where.place, strict=True))


@pytest.mark.parametrize(
    ("where", "inside"),
    [
        (cell(area="D1"), True),
        (cell(area="D2"), False),
        (cell(area="X", parent="X"), False),
        (cell(**FIFTH, category="1"), True),
        (cell(**FIFTH, category="2"), False),
        (cell(category_type="condition", category="2"), True),
    ],
)
def test_an_atom_lies_in_a_cell_of_its_district_and_its_fifth(where: Cell, inside: bool) -> None:
    (atom,) = atoms_of(lookup(("D1", "1", None, ICB, 10)), [])
    assert atom.lies_in(_at(where)) is inside


@pytest.mark.parametrize(("tenth", "inside"), [("01", True), ("02", False)])
def test_an_atom_lies_in_a_cell_of_its_tenth(tenth: str, inside: bool) -> None:
    (atom,) = atoms_of(lookup(("D1", "1", None, ICB, 10), tenth="01"), [])
    assert atom.lies_in(_at(cell(**TENTH, category=tenth))) is inside


def test_two_tenths_are_a_fifth() -> None:
    atoms = pa.concat_tables(
        [lookup(("D1", "1", None, ICB, 10), tenth=tenth) for tenth in ("01", "02")]
    )
    places = (cell(**FIFTH, category="1"), cell(**TENTH, category="01"))
    found = frame([row(REFERRED, 50)], places, atoms)
    groups = next(d.groups for d in found.dimensions if d.name == AREA)
    assert sorted(groups.values()) == [("atom 0",), ("atom 0", "atom 1"), ("atom 0", "atom 1")]


def test_a_kind_of_area_that_has_no_atoms_is_refused() -> None:
    with pytest.raises(BadTables, match="protect-area-unknown"):
        frame([row(REFERRED, 50, area_type="lsoa21", area_code="E01000001")])


@pytest.mark.parametrize("other", ["30-49", "19-49", "34+"])
def test_age_groups_that_overlap_are_refused(other: str) -> None:
    rows = [row(REFERRED, 50, age_band=band) for band in ("19-34", other)]
    with pytest.raises(BadTables, match="protect-ages-overlap"):
        frame(rows)


def test_age_groups_side_by_side_are_leaves() -> None:
    rows = [row(REFERRED, n, age_band=b) for n, b in ((90, "all"), (40, "65+"), (50, "19-64"))]
    assert leaves(frame(rows), "age_band") == ("19-64", "65+")


def test_both_vintages_are_groups_of_the_same_atoms() -> None:
    """The new ICB is the old one and a district more."""
    atoms = lookup(("D1", "1", OLD, ICB, 10), ("D2", "1", None, ICB, 20))
    found = frame([row(REFERRED, 50)], (cell(area=OLD, parent=OLD),), atoms)
    groups = next(d.groups for d in found.dimensions if d.name == AREA)
    assert sorted(groups.values()) == [("atom 0",), ("atom 0", "atom 1")]


def test_atoms_that_no_cell_covers_are_left_out() -> None:
    atoms = lookup(("D1", "1", OLD, ICB, 10), ("D9", "1", "X", "X", 20))
    assert len(frame([row(REFERRED, 50)], (), atoms).atoms) == 1


def test_residents_of_a_cell_are_those_of_its_atoms() -> None:
    atoms = lookup(("D1", "1", None, ICB, 10), ("D2", "1", None, ICB, 20))
    found = frame([row(REFERRED, 50)], (), atoms)
    assert [found.residents(cell()), found.residents(cell(area="D2"))] == [30.0, 20.0]


def test_where_the_census_is_silent_any_number_may_live() -> None:
    found = frame([row(REFERRED, 50)], (), lookup(("D1", "1", None, ICB, None)))
    assert found.residents(cell()) == float("inf")


def test_people_whose_sex_nobody_knows_have_a_leaf_of_their_own() -> None:
    found = frame(of_people({**TWO_SEXES, (UNKNOWN, "c1", "referred"): 9}))
    assert leaves(found, "sex") == ("female", "male", NOT_GIVEN)


def test_a_table_that_adds_up_has_nobody_unknown() -> None:
    assert leaves(frame(of_people(TWO_SEXES)), "sex") == ("female", "male")


def test_a_table_that_nothing_divides_has_areas_and_steps_only() -> None:
    assert [d.name for d in frame([row(REFERRED, 50)]).dimensions] == [AREA, STATUS]


def test_a_cell_names_only_what_divides_it() -> None:
    found = frame(of_people(TWO_SEXES)).where(cell("started", sex="male"))
    assert found == {AREA: f"icb {ICB} in {ICB}", STATUS: "started", "sex": "male"}


def test_a_fifth_is_part_of_where_a_cell_lies() -> None:
    found = frame([row(REFERRED, 50)]).where(cell(**FIFTH, category="1"))
    assert (FIFTH["category_type"] in found, found[AREA].endswith("fifth 1")) == (False, True)


def test_steps_are_sets_that_lie_in_one_another() -> None:
    groups = next(d.groups for d in frame(of_people(TWO_SEXES)).dimensions if d.name == STATUS)
    assert set(groups["completed"]) < set(groups["started"]) < set(groups["referred"])


def test_rows_kept_refused_and_quarantined_are_all_rows() -> None:
    what = counted_of(
        [row("rows_kept", 50, 90, category_type="provider", category="a")], "provider_coverage"
    )
    tree = next(t for t in what.disclosure.trees() if t[0].id == "rows_received")
    groups = next(d.groups for d in frame_of(what, tree, None).dimensions if d.name == STATUS)
    parts = [groups[f"rows_{fate}"] for fate in ("kept", "refused", "quarantined")]
    assert sorted(leaf for part in parts for leaf in part) == sorted(groups["rows_received"])
