"""An ICB whose borders changed is published under one vintage only for the same period."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.core.errors import BadRelease
from pipelines.core.plan import Plan
from pipelines.house import House
from pipelines.release import make_release, plan_release
from tests.attacks.made_house import FIRST_DAY, PROVIDER, a_house
from tests.released import PERIOD_END, SIGNED, put_in_store, text_table

# QOP gave L2 to QJM in 2026. QKK has another code since, and the same neighbourhood.
GEOGRAPHY = """
    area_code | parent_code | parent_type | parent_ods_code | parent_name | valid_from | valid_to
    L1        | E54000057   | icb         | QOP             | Here        | 2024-04-01 |
    L2        | E54000057   | icb         | QOP             | Here        | 2024-04-01 | 2026-03-31
    L2        | E54000013   | icb         | QJM             | There       | 2026-04-01 |
    L3        | E54000013   | icb         | QJM             | There       | 2024-04-01 |
    L4        | E54000030   | icb         | QKK             | Apart       | 2024-04-01 | 2026-03-31
    L4        | E54000065   | icb         | QKK             | Apart       | 2026-04-01 |
"""
PEOPLE = {f"{place}-{n}": place for place in ("L1", "L2", "L3", "L4") for n in range(20)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that has published the old borders of QOP and of QKK."""
    found = a_house(tmp_path_factory.mktemp("borders"))
    fill(found)
    make_release(found, planned(found, "2024", "QOP", "QKK"), SIGNED)
    return found


def fill(house: House) -> None:
    put_in_store(house, "ons_geography", "0" * 12, {"geography": GEOGRAPHY})
    rows = [f"{PROVIDER} | {name} | {place}" for name, place in PEOPLE.items()]
    counts = f"""
        provider   | drop_name  | table_name    | fate | code | rows
        {PROVIDER} | 2026-11-20 | consent_event | kept |      | 9000
        {PROVIDER} | 2026-11-20 | attendance    | kept |      | 9000
    """
    tables = {
        "person": text_table("provider | person | lsoa21_code", rows),
        "consent_period": text_table(
            "provider | person", [f"{PROVIDER} | {name}" for name in PEOPLE]
        ),
        "intake_count": counts,
    }
    put_in_store(house, PROVIDER, "1" * 12, tables)


def planned(house: House, vintage: str, *icbs: str, end: dt.date = PERIOD_END) -> Plan:
    return plan_release(
        house, vintage=vintage, period_end=end, as_of=FIRST_DAY, icbs=list(icbs) or None
    )


@pytest.mark.parametrize("icb", ["QOP", "QJM"])
def test_an_icb_that_overlaps_one_that_is_out_is_refused(house: House, icb: str) -> None:
    with pytest.raises(BadRelease, match=f"release-two-borders.*{icb}"):
        planned(house, "2026", icb)


def test_an_icb_whose_borders_are_the_same_may_be_out_twice(house: House) -> None:
    assert [area.ods_code for area in planned(house, "2026", "QKK").areas] == ["QKK"]


def test_everybody_at_once_is_refused_by_name(house: House) -> None:
    with pytest.raises(BadRelease, match="QJM, QOP"):
        planned(house, "2026")


def test_the_vintage_that_is_out_may_go_out_again(house: House) -> None:
    assert len(planned(house, "2024", "QOP", "QJM").areas) == 2


def test_another_period_may_have_other_borders(house: House) -> None:
    later = planned(house, "2026", "QOP", end=dt.date(2026, 10, 31))
    assert len(later.areas) == 1


def test_before_anything_is_out_either_vintage_may_be_published(tmp_path: Path) -> None:
    fresh = a_house(tmp_path)
    fill(fresh)
    assert len(planned(fresh, "2026").areas) == 3
