"""Nobody in a delivery can exist, and all together they look like England."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from pipelines.core.errors import BadSettings
from pipelines.synthetic import Neighbourhood
from pipelines.synthetic.consents import NEVER, Consents, Story, make_consents, refusals
from pipelines.synthetic.names import draw_nhs_numbers
from pipelines.synthetic.people import INACTIVE_BY_DECILE, People, make_people
from pipelines.synthetic.places import TOGETHER, postcodes_in, read_neighbourhoods
from tests.rooms.synthetic.conftest import SEED, THROUGH, Written
from tests.rooms.synthetic.recounts import HARBOUR, MOVEWELL, check_digit

MANY = 60_000


@pytest.fixture(scope="session")
def many(places: list[Neighbourhood]) -> People:
    return make_people(MANY, places, THROUGH, SEED)


def test_nhs_numbers_are_of_the_synthetic_range(clean: Written) -> None:
    numbers = [r["nhs_number"] for r in clean.rows(MOVEWELL, "people_")]
    assert [n for n in numbers if not re.fullmatch(r"999\d{7}", n)] == []


def test_nhs_numbers_pass_modulus_11(clean: Written) -> None:
    numbers = [r["nhs_number"] for r in clean.rows(MOVEWELL, "people_")]
    assert [n for n in numbers if check_digit(n) != int(n[9])] == []


def test_no_two_clients_share_an_nhs_number(clean: Written) -> None:
    numbers = [r["nhs_number"] for r in clean.rows(MOVEWELL, "people_")]
    assert len(set(numbers)) == len(numbers) > 0


def test_more_clients_than_numbers_are_refused() -> None:
    with pytest.raises(BadSettings, match="synthetic-too-many"):
        draw_nhs_numbers(950_000, np.random.default_rng(1))


def test_no_synthetic_postcode_can_be_an_address(places: list[Neighbourhood]) -> None:
    postcodes = [p for n in places for p in postcodes_in(n.lsoa21_code, SEED)]
    assert [p for p in postcodes if not re.fullmatch(r"X[A-Z][0-9]{1,2} [0-9][A-Z]{2}", p)] == []


def test_a_postcode_belongs_to_one_neighbourhood(places: list[Neighbourhood]) -> None:
    postcodes = [p for n in places for p in postcodes_in(n.lsoa21_code, SEED)]
    assert len(set(postcodes)) == len(postcodes) > 0


def test_an_outward_code_is_of_one_part_of_the_country(places: list[Neighbourhood]) -> None:
    codes: dict[str, set[str]] = {}
    for place in places:
        for postcode in postcodes_in(place.lsoa21_code, SEED):
            codes.setdefault(postcode.split()[0], set()).add(place.lsoa21_code)
    assert len(codes) > 5
    assert max(len(here) for here in codes.values()) <= TOGETHER


def test_every_clean_postcode_is_in_the_directory(clean: Written, dirty: Written) -> None:
    path = dirty.inbox / "synthetic_postcodes" / "2026-09-30" / "postcodes.csv"
    with path.open(newline="") as stream:
        directory = {row["postcode"] for row in csv.DictReader(stream)}
    assert {r["Postcode"] for r in clean.rows(HARBOUR, "members_")} <= directory


def test_inactivity_follows_the_published_gradient(
    many: People, places: list[Neighbourhood]
) -> None:
    deciles = np.array([n.imd_decile for n in places])[many.place]
    shares = [100 * many.inactive[deciles == d].mean() for d in range(1, 11)]
    assert shares == pytest.approx(INACTIVE_BY_DECILE, abs=4)


def test_few_members_and_most_of_the_referred_are_past_fifty(many: People) -> None:
    past = many.birth_day < (np.datetime64(THROUGH).astype(np.int64) - 50 * 365.25)
    shares = past[many.home == 0].mean(), past[many.home == 2].mean()
    assert shares == pytest.approx((0.29, 0.66), abs=0.06)


def test_real_tables_are_read(reference: Path) -> None:
    assert len(read_neighbourhoods(reference)) == 33_755


def test_no_two_real_neighbourhoods_share_a_postcode(reference: Path) -> None:
    real = read_neighbourhoods(reference)
    postcodes = [p for n in real for p in postcodes_in(n.lsoa21_code, SEED)]
    assert len(set(postcodes)) == len(postcodes)


def test_a_folder_without_tables_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(BadSettings, match="reference-unreadable"):
        read_neighbourhoods(tmp_path_factory.mktemp("empty"))


def test_about_ninety_two_in_a_hundred_granted_consent() -> None:
    joined = np.full(50_000, 20_000)
    consents = make_consents(joined, 20_400, 20_764, True, np.random.default_rng(1))
    assert (consents.story == Story.GRANTED).mean() == pytest.approx(0.92, abs=0.01)


@pytest.mark.parametrize(
    ("story", "day", "reason"),
    [
        (Story.GRANTED, 100, ""),
        (Story.GRANTED, 99, "not_yet"),
        (Story.LATER, 99, "not_yet"),
        (Story.NEVER_ASKED, 150, "never_asked"),
        (Story.WITHDRAWN, 120, "withdrawn"),
        (Story.OTHER_PURPOSE, 150, "other_purpose"),
        (Story.EXPIRED, 120, "expired"),
        (Story.RENEWED, 199, ""),
        (Story.RENEWED, 200, "not_covered_then"),
        (Story.RENEWED, 299, "not_covered_then"),
        (Story.RENEWED, 300, ""),
        (Story.UNREADABLE, 150, "unreadable_event"),
    ],
)
def test_a_story_decides_what_is_refused(story: Story, day: int, reason: str) -> None:
    renewed = story is Story.RENEWED
    one = Consents(
        story=np.array([story]),
        granted=np.array([100]),
        ended=np.array([200 if renewed else NEVER]),
        renewed=np.array([300 if renewed else NEVER]),
        expires=np.array([NEVER]),
        also_marketing=np.array([False]),
        by_parent=np.array([False]),
    )
    assert refusals(one, np.array([0]), np.array([day])).tolist() == [reason]
