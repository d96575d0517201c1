"""Singling out, membership and frequency: each against us, and against a weaker way."""

import pyarrow as pa
import pytest

from benchmarks.linkability import (
    PROFILES,
    anonymous,
    rank_attack,
    shown,
)
from benchmarks.linkability_people import (
    ladders_here,
    people,
)
from pipelines.core.errors import BadSettings
from pipelines.protect.person_level import (
    Isolation,
    Leavers,
    make_anonymous,
    membership,
    rank_matching,
    singling_out,
)

LADDERS = ladders_here()
FINE, MONTHS = PROFILES[0], PROFILES[-1]
KNOWN = list(FINE.levels)
EVERYBODY = people(4_000, 3)
OURS, OTHERS = EVERYBODY.slice(0, 3_000), EVERYBODY.slice(3_000)


def fine(rows: pa.Table) -> pa.Table:
    return shown(rows, FINE.levels, LADDERS)


def made(rows: pa.Table) -> pa.Table:
    return anonymous(FINE, rows, LADDERS).table


def test_no_sentence_singles_out_a_row_of_an_anonymous_table() -> None:
    table = made(OURS)
    found = singling_out(table, KNOWN, table.slice(0, 500), attempts=200)
    assert [one.isolated for one in found.by_columns] == [0, 0, 0, 0]


def test_sentences_single_out_rows_of_a_table_that_is_not() -> None:
    found = singling_out(fine(OURS), KNOWN, fine(OTHERS), attempts=100)
    assert found.worst.success_rate > 0.3


def test_the_more_columns_a_sentence_uses_the_more_it_singles_out() -> None:
    found = singling_out(fine(OURS), KNOWN, fine(OTHERS), attempts=100)
    assert found.worst.columns == len(KNOWN)


def test_the_same_sentences_single_out_fewer_people_who_were_never_seen() -> None:
    found = singling_out(fine(OURS), KNOWN, fine(OTHERS), attempts=100).worst
    assert found.baseline < found.success_rate


def test_the_attack_is_the_same_each_time() -> None:
    attacks = [singling_out(fine(OURS), KNOWN, fine(OTHERS), attempts=30) for _ in range(2)]
    assert attacks[0] == attacks[1]


def test_the_oldest_of_all_is_singled_out_by_one_column() -> None:
    born = pa.table({"born": [1930, 1950, 1950]})
    found = singling_out(born, ["born"], born.slice(1), attempts=50).by_columns[0]
    assert found.isolated > found.isolated_in_control == 0


def test_a_control_that_is_larger_is_cut_to_the_size_of_the_table() -> None:
    few, many = pa.table({"q": ["a"]}), pa.table({"q": ["a"] * 20})
    assert singling_out(few, ["q"], many, attempts=10).worst.isolated_in_control == 10


def test_an_empty_table_has_nobody_to_single_out() -> None:
    empty = fine(OURS).slice(0, 0)
    assert singling_out(empty, KNOWN, fine(OTHERS)).worst.success_rate == 0.0


def test_a_column_that_the_control_lacks_is_refused() -> None:
    with pytest.raises(BadSettings, match="extract-column"):
        singling_out(fine(OURS), KNOWN, OTHERS.select(["sex"]))


def test_risk_is_what_the_table_adds_to_luck() -> None:
    found = Isolation(columns=2, attempts=100, isolated=60, isolated_in_control=20)
    assert found.risk == pytest.approx(0.5)


def test_risk_is_never_below_nothing() -> None:
    assert Isolation(columns=2, attempts=100, isolated=10, isolated_in_control=20).risk == 0.0


def test_sentences_that_always_hit_by_luck_show_no_risk() -> None:
    assert Isolation(columns=2, attempts=10, isolated=10, isolated_in_control=10).risk == 0.0


def test_the_share_singled_out_has_limits() -> None:
    found = Isolation(columns=2, attempts=20, isolated=0, isolated_in_control=0)
    assert found.limits == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_nothing_was_tried_and_nothing_hit_by_luck() -> None:
    assert Isolation(columns=2, attempts=0, isolated=0, isolated_in_control=0).baseline == 0.0


def renamed(rows: pa.Table, epoch: str) -> pa.Table:
    names = [f"{epoch}{name}" for name in rows["pseudonym"].to_pylist()]
    return rows.set_column(0, "pseudonym", pa.array(names))


def stayed(rows: pa.Table, before: str, after: str) -> pa.Table:
    names = rows["pseudonym"].to_pylist()
    return pa.table({
        "left_id": [f"{before}{name}" for name in names],
        "right_id": [f"{after}{name}" for name in names],
    })  # fmt: skip


LEFT = OURS.slice(20)
"""Twenty people withdrew."""


def test_stable_pseudonyms_name_everybody_who_left() -> None:
    found = membership(renamed(OURS, "a"), renamed(LEFT, "a"), stayed(LEFT, "a", "a"), KNOWN)
    assert found.by_pseudonym == Leavers(leavers=20, claimed=20, right=20)


def test_pseudonyms_of_a_new_epoch_name_nobody() -> None:
    found = membership(renamed(OURS, "a"), renamed(LEFT, "b"), stayed(LEFT, "a", "b"), KNOWN)
    assert found.by_pseudonym.claimed == 0


def test_fine_attributes_name_leavers_whatever_their_pseudonyms() -> None:
    found = membership(renamed(OURS, "a"), renamed(LEFT, "b"), stayed(LEFT, "a", "b"), KNOWN)
    assert found.by_attributes.identified > 0.5


def test_attributes_of_an_anonymous_table_name_no_leaver() -> None:
    levels = made(OURS)
    later = levels.filter(
        pa.array([n not in left_names() for n in levels["pseudonym"].to_pylist()])
    )
    found = membership(renamed(levels, "a"), renamed(later, "b"), stayed(later, "a", "b"), KNOWN)
    assert found.by_attributes.claimed == 0 < found.by_attributes.leavers


def test_a_group_that_shrank_below_k_and_vanished_tells_little_of_who_left() -> None:
    before, after = renamed(made(OURS), "a"), renamed(made(LEFT), "b")
    found = membership(before, after, stayed(LEFT, "a", "b"), KNOWN).by_attributes
    assert found.precision <= 1 / 4


def left_names() -> set[str]:
    return set(OURS.slice(0, 20)["pseudonym"].to_pylist())


def test_nobody_left_is_nobody_identified() -> None:
    found = membership(renamed(OURS, "a"), renamed(OURS, "a"), stayed(OURS, "a", "a"), KNOWN)
    assert found.by_pseudonym.identified == 0.0


def test_codes_are_told_by_how_often_they_occur() -> None:
    hashed = pa.chunked_array([["h1"] * 3 + ["h2"] * 2 + ["h3"]])
    found = rank_matching(hashed, {"a": 300, "b": 200, "c": 100}, {"h1": "a", "h2": "b", "h3": "c"})
    assert (found.told, found.success_rate) == (3, 1.0)


def test_a_code_that_nobody_in_the_extract_has_is_ranked_last() -> None:
    found = rank_matching(pa.chunked_array([["h1"]]), {"a": 300, "b": 200}, {"h1": "a", "h2": "b"})
    assert found.told == 2


def test_the_largest_are_counted_by_themselves() -> None:
    hashed = pa.chunked_array([["h1"] * 3 + ["h2"] * 2 + ["h3"]])
    found = rank_matching(
        hashed, {"a": 300, "b": 100, "c": 200}, {"h1": "a", "h2": "b", "h3": "c"}, top=1
    )
    assert (found.told_of_largest, found.largest) == (1, 1)


def test_no_codes_are_no_success() -> None:
    assert rank_matching(pa.chunked_array([[]], pa.string()), {}, {}).success_rate == 0.0


@pytest.mark.parametrize(
    ("codes", "sample", "spread", "measured", "within"),
    [(84, 0.10, 0.6, 0.38, 0.1), (420, 0.02, 0.6, 0.029, 0.04), (1_673, 0.02, 0.15, 0.013, 0.02)],
)
def test_hashed_codes_are_told_as_often_as_was_measured_before(
    codes: int, sample: float, spread: float, measured: float, within: float
) -> None:
    told, _ = rank_attack(codes, sample, spread, seed=1)
    assert told == pytest.approx(measured, abs=within)


def test_most_of_the_largest_hashed_lists_are_told() -> None:
    _, top = rank_attack(84, 0.10, 0.6, seed=1)
    assert top > 0.6


def test_with_k_over_everything_that_is_shown_no_month_is_left() -> None:
    rows = EVERYBODY.select(["pseudonym", *MONTHS.levels])
    levels = make_anonymous(rows, list(MONTHS.levels), [], k=8, l=1, ladders=LADDERS).levels
    assert levels["started_on"] not in ("exact", "month")
