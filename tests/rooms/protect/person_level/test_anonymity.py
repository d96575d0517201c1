"""k, l and their kin of small tables, by hand."""

import math

import pyarrow as pa
import pytest

from pipelines.core.errors import BadSettings
from pipelines.protect.person_level import anonymity

TABLE = pa.table({
    "area": ["x", "x", "x", "y", "y", "y", "y"],
    "sex": ["1", "1", "1", "2", "2", "2", "2"],
    "status": ["a", "a", "b", "a", "b", "b", "b"],
    "kind": ["c", "d", "e", "c", "c", "c", "c"],
})  # fmt: skip


def test_k_is_the_smallest_group() -> None:
    assert anonymity(TABLE, ["area", "sex"], []).k == 3


def test_l_is_the_fewest_values_in_any_group_of_the_worst_column() -> None:
    assert anonymity(TABLE, ["area"], ["status", "kind"]).l == 1


def test_l_of_one_column() -> None:
    assert anonymity(TABLE, ["area"], ["status"]).l == 2


def test_without_a_sensitive_column_l_is_k() -> None:
    assert anonymity(TABLE, ["area"], []).l == 3


def test_alpha_is_the_largest_share_of_one_value_in_a_group() -> None:
    assert anonymity(TABLE, ["area"], ["status"]).alpha == 0.75


def test_entropy_l_is_the_effective_number_of_values() -> None:
    expected = math.exp(-(0.25 * math.log(0.25) + 0.75 * math.log(0.75)))
    assert anonymity(TABLE, ["area"], ["status"]).entropy_l == pytest.approx(expected)


def test_t_is_how_far_a_group_is_from_the_whole() -> None:
    assert anonymity(TABLE, ["area"], ["status"]).t == pytest.approx(2 / 3 - 3 / 7)


def test_a_value_that_a_group_lacks_counts_in_t() -> None:
    table = pa.table({"q": ["x", "x", "y", "y"], "s": ["a", "a", "b", "b"]})
    assert anonymity(table, ["q"], ["s"]).t == 0.5


def test_rows_that_nobody_looks_like_are_counted() -> None:
    assert anonymity(TABLE, ["area", "kind"], []).alone == 3


def test_a_missing_value_is_a_value_like_any_other() -> None:
    table = pa.table({"q": pa.array(["x", "x", None, None]), "s": ["a", "b", "a", "b"]})
    assert anonymity(table, ["q"], ["s"]).groups == 2


def test_groups_are_the_same_whether_text_is_kept_in_a_dictionary_or_not() -> None:
    coded = pa.table({"q": pa.array(["x", None, "x", None]).dictionary_encode()})
    assert anonymity(coded, ["q"], []).k == 2


def test_an_empty_table_hides_nobody() -> None:
    assert anonymity(TABLE.slice(0, 0), ["area"], ["status"]).k == 0


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadSettings, match="extract-column"):
        anonymity(TABLE, ["postcode"], [])


def test_no_quasi_identifier_at_all_is_refused() -> None:
    with pytest.raises(BadSettings, match="extract-column"):
        anonymity(TABLE, [], ["status"])
