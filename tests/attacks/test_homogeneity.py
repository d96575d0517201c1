"""Of whom all, or none, are something: then each one is known, however large the group.

Figure: groups of 8 or more at 0 % or 100 % that are printed: 0.
"""

from pipelines.indicate import indicate
from pipelines.protect import protect
from tests.attacks.published import Way, numbers_of, views_on
from tests.rooms.protect.made_tables import LIMITS, SHARE, Row, measured, row

GROUPS = [
    row(SHARE, count, people, category_type="condition", category=f"c{people} {count}")
    for people in range(8, 60, 3)
    for count in (0, people // 2, people)
]


def all_or_none(rows: list[Row]) -> list[bool]:
    return [r["count"] in (0, r["denominator"]) for r in rows]


def test_there_are_groups_to_be_told_of() -> None:
    assert sum(all_or_none(GROUPS)) == 36


def test_ours_prints_none_of_them() -> None:
    shown = protect(measured(GROUPS), LIMITS).table["count"].to_pylist()
    told = [n for n, plain in zip(shown, all_or_none(GROUPS), strict=True) if plain]
    assert set(told) == {None}


def test_ours_prints_no_percentage_of_0_or_100() -> None:
    values = indicate(protect(measured(GROUPS), LIMITS), "r").table["value"].to_pylist()
    assert not {0.0, 100.0} & set(values)


def test_ours_prints_the_others() -> None:
    """Of 16 and more, half; of fewer, half are too few."""
    shown = protect(measured(GROUPS), LIMITS).table["count"].to_pylist()
    assert len([n for n in shown if n is not None]) == len(range(17, 60, 3))


def test_the_rule_alone_prints_every_one_of_them() -> None:
    what, _ = views_on(GROUPS)
    shown = ~numbers_of(what, Way(rests=False)).hidden[what.count_at]
    told = [s for s, plain in zip(shown.tolist(), all_or_none(GROUPS), strict=True) if plain]
    assert sum(told) == 36
