"""Somebody who withdraws after an extract left: out of the next, and out of what is kept of it."""

import dataclasses

import pytest

from pipelines.core.given_rows import GivenRows, given_to
from pipelines.core.recipient_agreement import Asked
from pipelines.core.stages import Release
from pipelines.extract import make_extract, plan_extract
from pipelines.house import House
from tests.conftest import Bench
from tests.released import put_in_store
from tests.rooms.extract.conftest import END, EXTRACT, PURPOSE, SIGNED, START
from tests.rooms.test_withdrawal import (
    DAY,
    FIRST,
    GEOGRAPHY,
    GRANTS,
    LEAVER,
    OTHERS,
    SECOND,
    WITHDRAWAL,
    bring,
    delivery,
    keys_of_leaver,
)

ASKED = Asked("QOP", EXTRACT, PURPOSE, START, END, ("sex",))


@pytest.fixture
def sent(bench: Bench) -> Release:
    """An extract of thirty people and the one who will leave."""
    bench.know_postcodes()
    bring(bench, FIRST, distinct(delivery((*OTHERS, LEAVER), GRANTS)))
    put_in_store(bench.house, "ons_geography", "0" * 12, {"geography": GEOGRAPHY})
    return made(bench.house)


def withdraw(bench: Bench) -> None:
    """A delivery with the withdrawal, in which the person is still listed."""
    later = delivery((*OTHERS, LEAVER), [*GRANTS, WITHDRAWAL], "b@x.example")
    bring(bench, SECOND, distinct(later))


def distinct(files: dict[str, str]) -> dict[str, str]:
    """The delivery with a name and a birth date of their own for everybody who stays."""
    header, *people = files["people_2026.csv"].splitlines(keepends=True)
    words = ("alder", "beech", "cedar", "elm", "fir", "hazel")
    named = [
        line.replace("Zzqforename", words[n % 6]).replace("Zzqsurname", words[n // 6 % 6] + "son")
        .replace("1960-05-01", f"19{30 + n}-05-{1 + n % 28:02d}")
        for n, line in enumerate(people)
    ]  # fmt: skip
    return {**files, "people_2026.csv": header + "".join(named)}


def made(house: House) -> Release:
    plan = plan_extract(house, ASKED, as_of=DAY)
    return make_extract(house, plan, dataclasses.replace(SIGNED, on=DAY))


def kept(house: House, release: Release) -> GivenRows:
    return given_to(release.release_id, house.settings, house.keys)


def test_the_person_is_out_of_the_rows_that_are_kept(bench: Bench, sent: Release) -> None:
    before = kept(bench.house, sent)
    withdraw(bench)
    after = kept(bench.house, sent)
    leaver = set(keys_of_leaver(bench.house))
    named = [leaver & set(given.members["member_key"].to_pylist()) for given in (before, after)]
    assert (len(named[0]), len(named[1])) == (1, 0)
    assert (before.rows.num_rows, after.rows.num_rows) == (len(OTHERS) + 1, len(OTHERS))


def test_the_person_is_not_in_the_next_extract(bench: Bench, sent: Release) -> None:
    withdraw(bench)
    assert kept(bench.house, made(bench.house)).rows.num_rows == len(OTHERS)
