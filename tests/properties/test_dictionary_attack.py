"""The dictionary attack undoes every unkeyed hash and none of ours."""

import pytest

from benchmarks.dictionary_attack import Attack, run, valid_numbers

UNDER_KEY = [
    "ours, no key",
    "ours, recipient's secret leaked, root not",
    "ours, root leaked, recipient's secret destroyed",
]


@pytest.fixture(scope="module")
def attacks() -> dict[str, Attack]:
    return {found.name: found for found in run(numbers=5_000, planted=200)}


def test_every_unkeyed_hash_is_undone(attacks: dict[str, Attack]) -> None:
    assert attacks["unkeyed SHA-256"].recovered == 200


@pytest.mark.parametrize("name", UNDER_KEY)
def test_none_of_ours_is_undone_without_the_key(attacks: dict[str, Attack], name: str) -> None:
    assert (attacks[name].recovered, attacks[name].planted) == (0, 200)


def test_ours_is_undone_with_the_keys(attacks: dict[str, Attack]) -> None:
    """So the key is the secret, and nothing else is."""
    assert attacks["ours, root and secret leaked"].recovered == 200


def test_one_recipients_leaked_key_undoes_no_other_extract(attacks: dict[str, Attack]) -> None:
    found = attacks["the same leak, extracts of another ICS and epoch"]
    assert (found.recovered, found.planted) == (0, 400)


def test_the_numbers_tried_are_valid_nhs_numbers() -> None:
    first = [number for _, number in zip(range(3), valid_numbers(), strict=False)]
    assert first[0].startswith("999")
    for number in first:
        total = sum((10 - place) * int(digit) for place, digit in enumerate(number[:9]))
        assert (total + int(number[9])) % 11 == 0
