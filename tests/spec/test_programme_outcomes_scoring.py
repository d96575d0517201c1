"""How recorded scores become scales in `programme_outcomes`, and which change is important."""

import csv
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from pipelines.core.contract import Contracts
from pipelines.core.settings import PROJECT
from tests.spec.conftest import Spec

Measure = Callable[..., None]

REFERRALS = """
    person | condition       | referred_on | started_on
    a      | musculoskeletal | 2025-06-01  | 2025-06-10
"""
TIMES = (("baseline", "2025-06-10"), ("12_weeks", "2025-09-02"))
HEADER = "person | measure | timepoint | recorded_on | score"
PARTS = [f"{kind}_{what}" for kind in ("walking", "moderate", "vigorous")
         for what in ("days", "minutes")]  # fmt: skip
SCALES = """
    scale             | better | lowest | highest
    oxford_hip        | higher | 0      | 48
    six_minute_walk_m | higher | 0      | 1000
    weight_kg         | lower  | 25     | 350
"""


def before_and_after(measure: str, before: object, after: object, person: str = "a") -> str:
    """One person's two scores, as rows under `HEADER`."""
    return "\n".join(
        f"{person} | {measure} | {timepoint} | {day} | {score}"
        for (timepoint, day), score in zip(TIMES, (before, after), strict=True)
    )


Sums = Callable[..., None]


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


@pytest.fixture
def programme(spec: Spec) -> Measure:
    return partial(
        spec, dataset="programme_outcomes", person="person\na", person_referral=REFERRALS
    )


@pytest.fixture
def sums(programme: Measure) -> Sums:
    """Checks the sum of one person's change."""

    def check(indicator: str, outcomes: str, total: object, **tables: str) -> None:
        expect = f"count | total\n{'0 |' if total == '' else f'1 | {total}'}"
        programme(indicator=indicator, person_outcome=outcomes, expect=expect, **tables)

    return check


def ipaq(before: Sequence[object], after: Sequence[object]) -> str:
    """Days and minutes of walking, moderate and vigorous activity at both times."""
    return table(
        *(
            before_and_after(f"ipaq_{part}", first, second)
            for part, first, second in zip(PARTS, before, after, strict=True)
        )
    )


NOTHING = (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("after", "met_minutes"),
    [
        ((1, 100, 0, 0, 0, 0), 330),
        ((0, 0, 1, 100, 0, 0), 400),
        ((0, 0, 0, 0, 1, 100), 800),
        ((5, 30, 3, 20, 2, 15), 3.3 * 150 + 4 * 60 + 8 * 30),
        ((1, 9, 0, 0, 0, 0), 0),
        ((1, 10, 0, 0, 0, 0), 33),
        ((7, 180, 0, 0, 0, 0), 4158),
        ((7, 181, 0, 0, 0, 0), 4158),
        ((7, 320, 7, 320, 7, 320), 19278),
        ((7, 320, 7, 320, 7, 321), ""),
    ],
)
def test_ipaq_follows_its_protocol(
    sums: Sums, after: Sequence[object], met_minutes: object
) -> None:
    """METs, ten minutes at least, three hours at most, and no answer beyond 16 hours in all."""
    shown = met_minutes if met_minutes == "" else f"{float(str(met_minutes)):g}"
    sums("change_in_ipaq_12_weeks", ipaq(NOTHING, after), shown)


def test_ipaq_without_one_of_its_parts_is_no_answer(programme: Measure) -> None:
    programme(
        indicator="change_in_ipaq_12_weeks",
        person_outcome=table(
            *(before_and_after(f"ipaq_{part}", 0, 1) for part in PARTS if part != "vigorous_days")
        ),
        expect="count",
    )


def test_days_without_minutes_are_no_answer(programme: Measure) -> None:
    programme(
        indicator="change_in_ipaq_12_weeks",
        person_outcome=table(
            *(
                before_and_after(f"ipaq_{part}", 1, 1)
                for part in PARTS
                if part != "moderate_minutes"
            )
        ),
        expect="count",
    )


def test_no_days_need_no_minutes(sums: Sums) -> None:
    parts = dict.fromkeys(PARTS, (0, 0)) | {"walking_days": (0, 2), "walking_minutes": (0, 50)}
    del parts["vigorous_minutes"]
    rows = (before_and_after(f"ipaq_{part}", *scores) for part, scores in parts.items())
    sums("change_in_ipaq_12_weeks", table(*rows), 330)


METRIC = """
    scale   | measure     | recorded | value
    swemwbs | swemwbs_raw | 21       | 19.25
    swemwbs | swemwbs_raw | 22       | 19.98
"""


def test_wellbeing_is_compared_on_the_metric_scale(sums: Sums) -> None:
    """One raw point is 0.73 here, and never 1."""
    outcomes = table(before_and_after("swemwbs_raw", 21, 22))
    sums("change_in_swemwbs_12_weeks", outcomes, 0.73, score_value=METRIC)


def test_wellbeing_without_its_metric_table_is_not_given(programme: Measure) -> None:
    programme(
        indicator="change_in_swemwbs_12_weeks",
        person_outcome=table(before_and_after("swemwbs_raw", 21, 22)),
        expect="count",
    )


VALUES = """
    scale                 | measure        | recorded | value
    eq5d5l_uk_2026        | eq5d5l_profile | 55555    | -0.567
    eq5d5l_uk_2026        | eq5d5l_profile | 11111    | 1
    eq5d5l_england_2018   | eq5d5l_profile | 55555    | -0.285
    eq5d5l_england_2018   | eq5d5l_profile | 11111    | 1
    eq5d5l_crosswalk_2012 | eq5d5l_profile | 55555    | -0.594
    eq5d5l_crosswalk_2012 | eq5d5l_profile | 11111    | 1
"""


@pytest.mark.parametrize(
    ("value_set", "thousandths"),
    [("uk_2026", 1567), ("england_2018", 1285), ("crosswalk_2012", 1594)],
)
def test_one_profile_is_valued_under_every_value_set(
    sums: Sums, value_set: str, thousandths: int
) -> None:
    outcomes = table(before_and_after("eq5d5l_profile", 55555, 11111))
    sums(f"change_in_eq5d5l_{value_set}_12_weeks", outcomes, thousandths, score_value=VALUES)


def reached(
    programme: Measure, scale: str, scores: str, expected: str, differences: str, condition: str
) -> None:
    """Checks a share, cut by condition."""
    programme(
        indicator=f"difference_reached_in_{scale}_12_weeks",
        person_referral=f"""
          person | condition   | referred_on | started_on
          a      | {condition} | 2025-06-01  | 2025-06-10
        """,
        person_outcome=table(scores),
        outcome_scale=SCALES,
        minimal_difference=differences,
        expect=f"category_type | category | count | denominator\n{expected}",
    )


HIP = """
    scale      | condition | difference | measured_in | is_used
    oxford_hip | all       | 8          | points      | true
    oxford_hip | all       | 11         | points      | false
"""


@pytest.mark.parametrize(("after", "count"), [(27, 0), (28, 1), (30, 1), (12, 0)])
def test_a_change_of_the_difference_itself_is_important(
    programme: Measure, after: int, count: int
) -> None:
    reached(
        programme,
        "oxford_hip",
        before_and_after("oxford_hip", 20, after),
        f"all | all | {count} | 1\ncondition | musculoskeletal | {count} | 1",
        HIP,
        "musculoskeletal",
    )


LOSS = """
    scale     | condition | difference | measured_in         | is_used
    weight_kg | all       | 5          | percent of baseline | true
"""


@pytest.mark.parametrize(("after", "count"), [(75.9, 1), (76.0, 1), (76.1, 0), (84.0, 0)])
def test_a_difference_may_be_a_part_of_the_first_score(
    programme: Measure, after: float, count: int
) -> None:
    """Five per cent of 80 kg is 4 kg; less is better."""
    reached(
        programme,
        "weight",
        before_and_after("weight_kg", 80, after),
        f"all | all | {count} | 1\ncondition | obesity | {count} | 1",
        LOSS,
        "obesity",
    )


WALK = """
    scale             | condition   | difference | measured_in | is_used
    six_minute_walk_m | respiratory | 25         | points      | true
    six_minute_walk_m | cardiac     | 23         | points      | true
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("respiratory", "condition | respiratory | 0 | 1"),
        ("cardiac", "condition | cardiac | 1 | 1"),
        ("obesity", ""),
    ],
)
def test_a_difference_of_one_condition_judges_no_other(
    programme: Measure, condition: str, expected: str
) -> None:
    """24 metres: enough for the heart, not for the lungs, and nobody knows for the others."""
    walked = before_and_after("six_minute_walk_m", 400, 424)
    reached(programme, "six_minute_walk", walked, expected, WALK, condition)


def test_a_difference_that_is_not_used_judges_nobody(programme: Measure) -> None:
    unused = WALK.replace("true", "false")
    walked = before_and_after("six_minute_walk_m", 400, 500)
    reached(programme, "six_minute_walk", walked, "", unused, "cardiac")


def test_every_difference_in_use_belongs_to_a_share_that_is_published(contracts: Contracts) -> None:
    published = {i.id for i in contracts.output("programme_outcomes").indicators}
    used = {row["scale"] for row in facts("minimal_differences") if row["is_used"] == "true"}
    names = {scale.removesuffix("_m").removesuffix("_kg") for scale in used}
    assert names == {
        i.removeprefix("difference_reached_in_").removesuffix("_12_weeks")
        for i in published
        if i.startswith("difference_reached_in_") and i.endswith("_12_weeks")
    }


def test_every_difference_names_its_people_and_its_source() -> None:
    rows = facts("minimal_differences")
    assert len(rows) > 10
    assert [r for r in rows if not (r["population"] and r["method"] and r["source"])] == []


def test_a_scale_has_one_difference_in_use_for_each_condition() -> None:
    used = [
        (r["scale"], r["condition"]) for r in facts("minimal_differences") if r["is_used"] == "true"
    ]
    assert len(used) == len(set(used)) > 0


def facts(name: str) -> list[dict[str, str]]:
    with (PROJECT / "schemas" / "facts" / f"{name}.csv").open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))
