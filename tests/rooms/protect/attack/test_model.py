"""The model has few leaves and forgets nothing."""

import numpy as np
import pytest

from pipelines.core.errors import BadTables
from pipelines.protect.attack import model_of, ranges
from tests.rooms.protect.attack.cases import counted, cross, dimension, known, nhs, table_of, whole

AREA = dimension("area", "a b c d", north="a b", south="c d")
SEX = dimension("sex", "female male unknown")
AGE = dimension("age", "young middle old", under_65="young middle", over_25="middle old")
STATUS = dimension("status", "referred started", ever="referred started")


def test_leaves_that_no_cell_tells_apart_are_one() -> None:
    model = model_of([AREA, SEX], cross(area="all north south", sex="all female"))
    assert model.leaves == 4


def test_tables_that_share_nothing_are_blocks_beside_each_other() -> None:
    model = model_of([AREA, SEX], [*cross(area="a b c d"), *cross(sex="female male unknown")])
    assert model.leaves == 7


def test_blocks_that_share_nothing_have_the_same_grand_total() -> None:
    model = model_of([AREA, SEX], [*cross(area="a b c d"), *cross(sex="female male unknown")])
    assert np.abs(model.equalities.toarray()).tolist() == [[1.0] * 7]


def test_a_level_that_one_table_goes_down_to_stays_out_of_the_others() -> None:
    cells = [*cross(area="a b c d"), *cross(area="north south", sex="female male unknown")]
    assert model_of([AREA, SEX], cells).leaves == 4 + 6


def test_a_code_that_is_the_whole_dimension_is_its_total() -> None:
    model = model_of([AREA, STATUS], cross(area="a b", status="ever"))
    assert model.leaves == 3


def test_a_cell_is_the_sum_of_its_leaves() -> None:
    model = model_of([AREA, SEX], cross(area="a b c d north", sex="female male unknown"))
    assert model.rows([{"area": "north", "sex": "male"}]).sum() == 2


def test_rows_come_in_the_order_of_cells() -> None:
    cells = cross(area="a b c d north south all")
    sums = model_of([AREA], cells).rows(cells).sum(axis=1)
    assert sums.tolist() == [1, 1, 1, 1, 2, 2, 4]


def test_a_cell_that_no_table_tells_is_refused() -> None:
    model = model_of([AREA, SEX], cross(area="north south", sex="all male"))
    with pytest.raises(BadTables, match="tables-unknown-cell"):
        model.rows([{"area": "a"}])


def test_a_code_that_the_dimension_lacks_is_refused_without_quoting_it() -> None:
    with pytest.raises(BadTables, match="tables-unknown-code") as refusal:
        model_of([AREA], [{"area": "elsewhere"}])
    assert "elsewhere" not in str(refusal.value)


def test_a_group_of_leaves_that_the_dimension_lacks_is_refused() -> None:
    wrong = dimension("area", "a b", north="a z")
    with pytest.raises(BadTables, match="tables-unknown-code"):
        model_of([wrong], [{"area": "north"}])


def test_a_grand_total_alone_is_one_leaf() -> None:
    assert model_of([AREA, SEX], [{}]).leaves == 1


def test_tables_that_join_too_many_dimensions_are_refused() -> None:
    codes = " ".join(str(n) for n in range(50))
    many = [dimension(name, codes) for name in "pqrs"]
    cells = [dict.fromkeys("pqrs", str(n)) for n in range(50)]
    with pytest.raises(BadTables, match="tables-too-many-leaves"):
        model_of(many, cells)


def test_a_dimension_that_is_not_declared_is_refused() -> None:
    with pytest.raises(BadTables, match="tables-unknown-dimension"):
        model_of([AREA], [{"sex": "male"}])


def test_the_model_is_the_same_every_time() -> None:
    cells = [*cross(area="a b c d", sex="female male"), *cross(sex="male", age="young old"),
             *cross(age="young under_65", area="north")]  # fmt: skip
    one, other = (model_of([AREA, SEX, AGE], cells) for _ in range(2))
    assert (one.equalities != other.equalities).nnz == 0


RING = [
    *cross(area="a b c d all", sex="female male all"),
    *cross(sex="female male", age="young old all"),
    *cross(age="young old all", area="a b c d all"),
]
TWO_HIERARCHIES = [
    *cross(age="young middle old under_65 over_25 all", sex="female male all"),
    *cross(area="north south all", age="under_65 over_25"),
]
LEVELS = [
    *cross(area="a b c d", status="started ever"),
    *cross(area="north south", age="young old"),
    *cross(area="all", age="under_65 all", sex="female unknown all", status="started ever"),
]
NOTHING_SHARED = [
    *cross(area="a b c d north south all"),
    *cross(sex="female male all"),
    *cross(age="over_25 under_65"),
]


@pytest.mark.parametrize("cells", [RING, TWO_HIERARCHIES, LEVELS, NOTHING_SHARED])
@pytest.mark.parametrize("seed", range(5))
def test_blocks_tell_exactly_what_the_whole_table_tells(
    cells: list[dict[str, str]], seed: int
) -> None:
    dimensions = [AREA, SEX, AGE, STATUS]
    random = np.random.default_rng(seed)
    table = table_of(dimensions, random.poisson(2, 4 * 3 * 3 * 2).tolist())
    published = nhs(counted(dimensions, table, cells))
    small, large = model_of(dimensions, cells), whole(dimensions, cells)
    assert small.leaves < large.leaves
    one = ranges(known(small, cells, published), small.rows(cells))
    other = ranges(known(large, cells, published), large.rows(cells))
    np.testing.assert_array_equal(np.array(one), np.array(other))
