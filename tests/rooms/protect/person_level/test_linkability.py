"""The attack between two recipients' extracts, and the gate that it is."""

import datetime as dt

import pyarrow as pa
import pytest

from benchmarks.linkability import (
    PROFILES,
    Profile,
    shown,
)
from benchmarks.linkability_people import (
    Pair,
    ladders_here,
    people,
    two_extracts,
)
from pipelines.core.errors import BadSettings
from pipelines.protect.person_level import (
    Attack,
    Ladders,
    best_linkability,
    guessed,
    linkability,
    make_anonymous,
    nearest_linkability,
    on_common_levels,
    shared_pseudonyms,
    standard_ladders,
)
from pipelines.protect.person_level.attack import wilson

LIMIT = 0.02
LADDERS = ladders_here()
FINE, FINEST = PROFILES[0], PROFILES[1]
MEASURED = {
    "neighbourhood, birth year, sex, ethnic category": 0.876,
    "the same, first day, visits": 0.999,
    "neighbourhood, 5 years, sex": 0.335,
    "MSOA, 5 years, sex, ethnic category": 0.22,
    "MSOA, 20 years, sex": 0.003,
    "district, 20 years, sex, month, visit band": 0.019,
    "district, 20 years, sex": 0.0,
}


def extract(prefix: str, **columns: list[object]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    return pa.table({"pseudonym": [f"{prefix}{row}" for row in range(rows)], **columns})


def same(rows: int) -> pa.Table:
    """Row number r of both sides is about the same person."""
    return pa.table({
        "left_id": [f"l{row}" for row in range(rows)],
        "right_id": [f"r{row}" for row in range(rows)],
    })  # fmt: skip


@pytest.fixture(scope="module")
def pair() -> Pair:
    return two_extracts(people(60_000, 1), 1)


@pytest.fixture(scope="module")
def small() -> Pair:
    return two_extracts(people(3_000, 2), 2)


def test_a_row_that_is_the_only_one_of_its_kind_on_both_sides_is_linked() -> None:
    left, right = extract("l", born=[1950, 1960, 1960]), extract("r", born=[1950, 1970, 1970])
    assert linkability(left, right, same(3)) == Attack(linked=1, common=3, claimed=1)


def test_a_row_that_looks_like_another_on_one_side_is_not_claimed() -> None:
    left, right = extract("l", born=[1950]), extract("r", born=[1950, 1950])
    assert linkability(left, right, same(1)).claimed == 0


def test_two_people_who_look_alike_are_a_wrong_claim() -> None:
    left, right = extract("l", born=[1950]), extract("r", born=[1950])
    strangers = pa.table({"left_id": ["l9"], "right_id": ["r0"]})
    assert linkability(left, right, strangers) == Attack(linked=0, common=0, claimed=1)


def test_only_attributes_of_both_sides_are_compared() -> None:
    left = extract("l", born=[1950, 1950], sex=["1", "2"])
    right = extract("r", born=[1950, 1950], kind=["a", "b"])
    assert linkability(left, right, same(2)).claimed == 0


def test_the_same_band_in_two_types_is_the_same() -> None:
    left, right = extract("l", fifth=[1, 2]), extract("r", fifth=["1", "2"])
    assert linkability(left, right, same(2)).success_rate == 1.0


def test_extracts_without_a_common_column_are_refused() -> None:
    with pytest.raises(BadSettings, match="extract-column"):
        linkability(extract("l", born=[1950]), extract("r", sex=["1"]), same(1))


def test_nobody_in_common_is_nobody_linked() -> None:
    left, right = extract("l", born=[1950]), extract("r", born=[1960])
    assert linkability(left, right, same(0).cast(TRUTH)).success_rate == 0.0


TRUTH = pa.schema({"left_id": pa.string(), "right_id": pa.string()})


def test_an_empty_extract_links_nobody() -> None:
    left = extract("l", born=[1950])
    assert linkability(left, left.slice(0, 0), same(1)).success_rate == 0.0


def test_guessing_among_four_that_look_alike_is_right_once_in_four() -> None:
    left, right = extract("l", born=[1950] * 4), extract("r", born=[1950] * 4)
    assert guessed(left, right, same(4)) == 0.25


def test_guessing_is_never_better_than_the_larger_crowd_allows() -> None:
    left, right = extract("l", born=[1950] * 2), extract("r", born=[1950] * 8)
    assert guessed(left, right, same(2)) == 0.125


def test_guessing_finds_nobody_whose_attributes_differ() -> None:
    left, right = extract("l", born=[1950]), extract("r", born=[1951])
    assert guessed(left, right, same(1)) == 0.0


def test_a_number_that_is_off_by_one_is_linked_by_nearness() -> None:
    left = extract("l", visits=[2, 50, 100])
    right = extract("r", visits=[3, 51, 99])
    assert nearest_linkability(left, right, same(3)) == Attack(linked=3, common=3, claimed=3)


def test_equality_misses_what_nearness_links() -> None:
    left, right = extract("l", visits=[2, 50, 100]), extract("r", visits=[3, 51, 99])
    assert linkability(left, right, same(3)).linked == 0


def test_two_rows_equally_near_are_not_claimed() -> None:
    left, right = extract("l", visits=[10, 90]), extract("r", visits=[9, 11, 90])
    assert nearest_linkability(left, right, same(2)).claimed == 1


def test_a_missing_number_is_far_from_every_other() -> None:
    left, right = extract("l", visits=[None, 5]), extract("r", visits=[7, 5])
    assert nearest_linkability(left, right, same(2)).linked == 1


def test_days_are_near_to_each_other_as_numbers_are() -> None:
    left = extract("l", began=[dt.date(2025, 1, 1), dt.date(2025, 6, 1)])
    right = extract("r", began=[dt.date(2025, 1, 9), dt.date(2025, 5, 20)])
    assert nearest_linkability(left, right, same(2)).linked == 2


def test_guessing_finds_nobody_where_nobody_is_in_both() -> None:
    left, right = extract("l", born=[1950]), extract("r", born=[1950])
    strangers = pa.table({"left_id": ["l9"], "right_id": ["r0"]})
    assert guessed(left, right, strangers) == 0.0


def test_nearness_against_an_empty_extract_claims_nothing() -> None:
    left = extract("l", visits=[5])
    assert nearest_linkability(left, left.slice(0, 0), same(1)).claimed == 0


def test_an_attribute_that_differs_is_left_out_of_account() -> None:
    left = extract("l", born=[1950, 1960], visits=[1, 2])
    right = extract("r", born=[1950, 1960], visits=[7, 8])
    assert best_linkability(left, right, same(2)) == Attack(linked=2, common=2, claimed=2)


def test_no_more_attributes_are_left_out_than_may_be() -> None:
    left = extract("l", born=[1950, 1960], visits=[1, 2])
    right = extract("r", born=[1950, 1960], visits=[7, 8])
    assert best_linkability(left, right, same(2), ignored=0).linked == 0


def test_where_all_attributes_agree_all_of_them_are_used(small: Pair) -> None:
    left, right = (shown(side, FINE.levels, LADDERS) for side in (small.left, small.right))
    every = linkability(left, right, small.truth)
    assert best_linkability(left, right, small.truth).linked >= every.linked > 0


def test_pseudonyms_of_two_recipients_have_none_in_common(small: Pair) -> None:
    assert shared_pseudonyms(small.left, small.right) == 0


def test_pseudonyms_of_one_recipient_are_found_again(small: Pair) -> None:
    assert shared_pseudonyms(small.left, small.left) == small.left.num_rows


def test_every_measured_profile_is_reproduced() -> None:
    assert {profile.name for profile in PROFILES if profile.measured} == set(MEASURED)


@pytest.mark.parametrize(
    "profile", [p for p in PROFILES if p.measured], ids=lambda profile: profile.name
)
def test_the_linked_share_comes_near_to_the_one_measured_before(
    profile: Profile, pair: Pair
) -> None:
    levels = profile.levels
    found = linkability(
        shown(pair.left, levels, LADDERS), shown(pair.right, levels, LADDERS), pair.truth
    )
    assert found.success_rate == pytest.approx(MEASURED[profile.name], abs=0.1)


def test_fine_attributes_without_k_are_caught_by_the_gate(small: Pair) -> None:
    left, right = weakened(small.left), weakened(small.right)
    assert linkability(left, right, small.truth).success_rate > LIMIT


def weakened(rows: pa.Table) -> pa.Table:
    rows = rows.select(["pseudonym", *FINEST.levels])
    return make_anonymous(rows, list(FINEST.levels), [], k=1, l=1, ladders=LADDERS).table


def test_k_over_everything_that_is_shown_leaves_nothing_to_link(small: Pair) -> None:
    left, right = (
        make_anonymous(
            side.select(["pseudonym", *FINE.levels]), list(FINE.levels), [],
            k=8, l=1, ladders=LADDERS,
        )
        for side in (small.left, small.right)
    )  # fmt: skip
    ours, theirs = on_common_levels((left.table, left.levels), (right.table, right.levels), LADDERS)
    assert linkability(ours, theirs, small.truth).claimed == 0


def test_k_over_everything_that_is_shown_keeps_guessing_at_one_in_k(small: Pair) -> None:
    left, right = (
        make_anonymous(
            side.select(["pseudonym", *FINE.levels]), list(FINE.levels), [],
            k=8, l=1, ladders=LADDERS,
        )
        for side in (small.left, small.right)
    )  # fmt: skip
    ours, theirs = on_common_levels((left.table, left.levels), (right.table, right.levels), LADDERS)
    assert guessed(ours, theirs, small.truth) <= 1 / 8


def test_different_bands_do_not_hide_people_from_an_attacker(small: Pair) -> None:
    left_levels = {**FINE.levels, "birth_year": "5-year"}
    right_levels = {**FINE.levels, "birth_year": "10-year"}
    left, right = (
        shown(small.left, left_levels, LADDERS),
        shown(small.right, right_levels, LADDERS),
    )
    ours, theirs = on_common_levels((left, left_levels), (right, right_levels), LADDERS)
    found = linkability(left, right, small.truth), linkability(ours, theirs, small.truth)
    assert found[0].linked == 0 < found[1].linked


def test_a_district_and_an_icb_that_cross_are_compared_where_they_meet() -> None:
    left = extract("l", lsoa21_code=["E07000001"])
    right = extract("r", lsoa21_code=["E54000001"])
    ours, theirs = on_common_levels(
        (left, {"lsoa21_code": "ltla"}), (right, {"lsoa21_code": "icb"}), crossing()
    )
    assert [*ours["lsoa21_code"].to_pylist(), *theirs["lsoa21_code"].to_pylist()] == ["all", "all"]


def crossing() -> Ladders:
    return standard_ladders({
        "ltla": {"E01000001": "E07000001", "E01000002": "E07000001"},
        "icb": {"E01000001": "E54000001", "E01000002": "E54000002"},
    })  # fmt: skip


@pytest.mark.parametrize(
    ("successes", "tries", "low", "high"),
    [
        # Wilson's score limits as Newcombe 1998 prints them in table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_limits_are_those_of_the_literature(
    successes: int, tries: int, low: float, high: float
) -> None:
    assert wilson(successes, tries) == pytest.approx((low, high), abs=5e-5)


def test_an_attack_that_was_never_tried_could_have_had_any_success() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_attack_tells_how_often_its_claims_are_right() -> None:
    assert Attack(linked=3, common=100, claimed=4).precision == 0.75


def test_an_attack_without_claims_has_no_precision() -> None:
    assert Attack(linked=0, common=100, claimed=0).precision == 0.0


def test_an_attack_has_limits() -> None:
    assert Attack(linked=0, common=20, claimed=4).limits == pytest.approx((0.0, 0.1611), abs=5e-5)
