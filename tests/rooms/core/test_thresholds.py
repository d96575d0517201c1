"""Every threshold stands in one file beside its policy, and the file is read strictly."""

import dataclasses
from pathlib import Path

import pytest

from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT
from pipelines.core.thresholds import NAME, Limits, Thresholds, load_thresholds
from pipelines.protect.hold import narrowest_band
from pipelines.protect.rule import rule_of

TEXT = (PROJECT / "schemas" / NAME).read_text("utf-8")
HOUSE = load_thresholds(PROJECT / "schemas")
FIRST = "  hide_up_to:\n    value: 7\n    policy_value: 7\n"


def read(folder: Path, before: str = "", after: str = "") -> Thresholds:
    """The house's file with one text changed for another."""
    assert before in TEXT
    (folder / NAME).write_text(TEXT.replace(before, after, 1), "utf-8")
    return load_thresholds(folder)


def test_every_limit_stands_in_the_file() -> None:
    assert set(HOUSE.by_name) == {field.name for field in dataclasses.fields(Limits)}


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Limits)])
def test_every_threshold_says_what_it_does_and_where_it_comes_from(name: str) -> None:
    threshold = HOUSE.by_name[name]
    assert min(len(threshold.says), len(threshold.policy), len(threshold.unit)) > 4


def test_the_house_is_as_strict_as_its_policies() -> None:
    assert HOUSE.widened == []


def test_no_band_is_so_narrow_that_a_few_people_could_move_a_number() -> None:
    assert HOUSE.limits.hold_from >= narrowest_band(rule_of(HOUSE.limits))


def test_a_person_is_never_in_a_smaller_group_than_a_count_may_be() -> None:
    assert HOUSE.limits.group_people > HOUSE.limits.hide_up_to


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (FIRST, "  hide_up_from:\n    value: 7\n    policy_value: 7\n", "every threshold once"),
        (FIRST, "  more:\n    value: 1\n" + FIRST, "every threshold once"),
        (FIRST, FIRST + "    note: hm\n", "another form at hide_up_to"),
        (FIRST, "  hide_up_to:\n    value: 7\n", "another form at hide_up_to"),
        (FIRST, FIRST.replace("value: 7", "value: 7.5", 1), "no whole number at hide_up_to"),
        (FIRST, FIRST.replace("value: 7", "value: true", 1), "no whole number at hide_up_to"),
        (FIRST, FIRST.replace("value: 7", "value: -1", 1), "no whole number at hide_up_to"),
        ("stricter: higher", "stricter: more", "no direction at hide_up_to"),
        ("thresholds:", "limits:", "every threshold once"),
    ],
)
def test_what_is_missing_or_unknown_is_refused(
    tmp_path: Path, before: str, after: str, code: str
) -> None:
    with pytest.raises(BadContract, match=code):
        read(tmp_path, before, after)


def test_without_the_file_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="thresholds-unreadable"):
        load_thresholds(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "widened"),
    [
        (FIRST, FIRST.replace("value: 7", "value: 6", 1), ["hide_up_to"]),
        (FIRST, FIRST.replace("value: 7", "value: 8", 1), []),
        ("mean_digits:\n    value: 3", "mean_digits:\n    value: 4", ["mean_digits"]),
        ("mean_digits:\n    value: 3", "mean_digits:\n    value: 2", []),
    ],
)
def test_a_value_laxer_than_its_policy_is_named(
    tmp_path: Path, before: str, after: str, widened: list[str]
) -> None:
    assert read(tmp_path, before, after).widened == widened


def test_another_file_has_another_digest(tmp_path: Path) -> None:
    same, other = read(tmp_path).digest, read(tmp_path, FIRST, FIRST.replace("7", "9", 1)).digest
    assert (same, other == same) == (HOUSE.digest, False)
