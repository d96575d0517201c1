"""What two extracts tell together of somebody whom neither singles out."""

import pyarrow as pa
import pytest

from benchmarks.linkability_people import (
    BORN,
    GROUP,
    PLACE,
    SEX,
    STATUS,
    VISITS,
    ladders_here,
    people,
    two_extracts,
)
from pipelines.core.errors import BadSettings
from pipelines.protect.person_level import (
    Inference,
    anonymity,
    generalise,
    inference,
    make_anonymous,
)

LADDERS = ladders_here()
PERSON = pa.table({"left_id": ["l0"], "right_id": ["r0"]})


def side(prefix: str, groups: str, values: str) -> pa.Table:
    return pa.table({
        "pseudonym": [f"{prefix}{row}" for row in range(len(groups))],
        "group": list(groups),
        "status": list(values),
    })  # fmt: skip


def test_one_value_in_common_is_told_although_each_side_leaves_two_open() -> None:
    left, right = side("l", "xx", "ab"), side("r", "yy", "ac")
    found = inference(left, right, PERSON, (["group"], ["group"]), "status")
    assert found == Inference(common=1, told=1, told_by_one=0)


def test_two_values_in_common_tell_nothing() -> None:
    left, right = side("l", "xxx", "abc"), side("r", "yyy", "abd")
    found = inference(left, right, PERSON, (["group"], ["group"]), "status")
    assert found.told == 0


def test_a_group_of_one_value_is_told_by_one_side_alone() -> None:
    left, right = side("l", "xx", "aa"), side("r", "yy", "ab")
    found = inference(left, right, PERSON, (["group"], ["group"]), "status")
    assert found == Inference(common=1, told=1, told_by_one=1)


def test_values_that_contradict_each_other_tell_nothing() -> None:
    left, right = side("l", "xx", "ab"), side("r", "yy", "cd")
    assert inference(left, right, PERSON, (["group"], ["group"]), "status").told == 0


def test_nobody_in_both_is_nobody_told() -> None:
    left, right = side("l", "xx", "ab"), side("r", "yy", "ac")
    strangers = pa.table({"left_id": ["l7"], "right_id": ["r0"]})
    found = inference(left, right, strangers, (["group"], ["group"]), "status")
    assert (found.success_rate, found.limits) == (0.0, (0.0, 1.0))


def test_a_sensitive_column_that_one_side_lacks_is_refused() -> None:
    left, right = side("l", "xx", "ab"), side("r", "yy", "ac").drop_columns("status")
    with pytest.raises(BadSettings, match="extract-column"):
        inference(left, right, PERSON, (["group"], ["group"]), "status")


def test_two_extracts_of_the_house_tell_few_values_together() -> None:
    pair = two_extracts(people(20_000, 4), 4)
    known = ([PLACE, BORN, SEX], [GROUP, BORN, SEX])
    left, right = (
        make_anonymous(
            rows.select(["pseudonym", *names, STATUS]), names, [STATUS],
            k=8, l=2, ladders=LADDERS,
        ).table
        for rows, names in zip((pair.left, pair.right), known, strict=True)
    )  # fmt: skip
    assert inference(left, right, pair.truth, known, STATUS).success_rate <= 0.02


def test_a_sensitive_value_that_is_too_fine_is_told_by_two_extracts_that_each_hide_it() -> None:
    pair = two_extracts(people(3_000, 4), 4)
    levels = {PLACE: "ltla", BORN: "20-year", GROUP: "group"}
    left, right = (generalise(rows, levels, LADDERS) for rows in (pair.left, pair.right))
    known = ([PLACE, SEX], [GROUP, BORN])
    fine = inference(left, right, pair.truth, known, VISITS)
    hidden = anonymity(left, known[0], [VISITS]).l > 8
    assert hidden and fine.told > 0
