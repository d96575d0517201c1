"""A house with a few hundred made-up people in two ICBs, and what a recipient may ask of it."""

import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.ports import Recipient
from pipelines.core.recipient_agreement import Asked
from pipelines.core.settings import PROJECT, settings_from
from pipelines.core.stages import Release
from pipelines.core.store import LocalStore
from pipelines.extract import make_extract, plan_extract
from pipelines.house import House, open_house
from pipelines.publish import SignOff
from tests.conftest import TEST_KEY
from tests.released import DELIVERED, put_in_store, text_table

DAY = dt.date(2026, 11, 22)
START, END = dt.date(2025, 10, 1), dt.date(2026, 9, 30)
PURPOSE, EXTRACT = "service_evaluation", "leisure_activity"
SIGNED = SignOff("Demo Officer", "Caldicott Guardian", "a test", DAY, demo=True)
PEOPLE = 600
GEOGRAPHY = """
    area_code | parent_code | parent_type | parent_ods_code | parent_name
    L1        | E54000057   | icb         | QOP             | Here
    L2        | E54000057   | icb         | QOP             | Here
    L3        | E54000054   | icb         | QWO             | Next door
    L1        | D1          | ltla        |                 | Town
    L2        | D2          | ltla        |                 | City
    L3        | D3          | ltla        |                 | Hills
"""
DEPRIVATION = """
    area_code | decile
    L1        | 1
    L2        | 4
    L3        | 10
"""
Change = Callable[[str, str], House]


def asked(recipient: str = "QOP", *columns: str, purpose: str = PURPOSE) -> Asked:
    return Asked(recipient, EXTRACT, purpose, START, END, columns)


def extracted(house: House, recipient: str = "QOP", *columns: str) -> Release:
    plan = plan_extract(house, asked(recipient, *columns), as_of=DAY)
    return make_extract(house, plan, SIGNED)


def domain(recipient: str = "QOP", epoch: int = 1) -> Recipient:
    return Recipient(recipient, PURPOSE, "not_applicable", epoch)


def fill(house: House, without_consent: Collection[int] = ()) -> None:
    """Members of one operator who are also known to a referral platform; half were referred."""
    root = house.keys.key_id

    def member(of: str, number: int) -> str:
        return f"m1.{root}.{of}{_letters(number)}"

    def person(number: int) -> str:
        return f"n1.{root}.a{_letters(number)}"

    def consents(provider: str, of: str) -> str:
        rows = [f"{provider} | {member(of, n)}" for n in range(PEOPLE) if n not in without_consent]
        return text_table("provider | member_key", rows)

    put_in_store(
        house,
        "ons_geography",
        "0" * 12,
        {"geography": GEOGRAPHY, "deprivation": DEPRIVATION},
    )
    whose = range(PEOPLE)
    put_in_store(
        house,
        "harbour_leisure",
        "1" * 12,
        {
            "person": text_table(
                "provider | member_key | person_key | sex | birth_year | lsoa21_code",
                [f"harbour_leisure | {member('h', n)} | {person(n)} | {1 + n % 2} "
                 f"| {1945 + n * 7 % 60} | L{1 + n % 3}" for n in whose],
            ),
            "person_day": text_table(
                "provider | member_key | attended_on | visits",
                [f"harbour_leisure | {member('h', n)} | 2026-0{1 + n % 8}-1{n % 9} "
                 f"| {1 + n * 13 % 160}" for n in whose if n % 5],
            ),
            "consent_period": consents("harbour_leisure", "h"),
            "intake_count": _counts("harbour_leisure"),
        },
    )  # fmt: skip
    put_in_store(
        house,
        "movewell_referrals",
        "2" * 12,
        {
            "person": text_table(
                "provider | member_key | person_key | sex | birth_year | lsoa21_code",
                [f"movewell_referrals | {member('m', n)} | {person(n)} | {1 + n % 2} | "
                 f"{1945 + n * 7 % 60} | L{1 + n % 3}" for n in whose],
            ),
            "person_referral": text_table(
                "provider | member_key | referral_key | referred_on | started_on "
                "| last_attended_on | completed_on",
                [f"movewell_referrals | {member('m', n)} | r{n} | 2026-02-03 | {_started(n)} | |"
                 for n in whose if n // 3 % 2],
            ),
            "consent_period": consents("movewell_referrals", "m"),
            "intake_count": _counts("movewell_referrals"),
        },
    )  # fmt: skip


def _letters(number: int) -> str:
    """A number as 31 letters, as codes of the store look."""
    return f"{number:031d}".translate(str.maketrans("0123456789", "abcdefghij"))


def _started(number: int) -> str:
    return f"2026-0{3 + number % 6}-05" if number % 4 else ""


def _counts(provider: str) -> str:
    return f"""
        provider   | drop_name   | table_name    | fate | code | rows
        {provider} | {DELIVERED} | consent_event | kept |      | {PEOPLE}
    """


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house with its people, made once; its root key comes from the environment."""
    home = tmp_path_factory.mktemp("extracts")
    environ = {
        "WIDEBRIDGE_HOME": str(home / "home"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "no-expectations"),
    }
    house = open_house(settings_from(environ), environ)
    fill(house)
    return house


@pytest.fixture
def house(filled: House, tmp_path: Path) -> House:
    """A copy of that house, for one test to change."""
    settings = dataclasses.replace(filled.settings, home=tmp_path / "home")
    shutil.copytree(filled.settings.home, settings.home)
    store = LocalStore(settings.amber / f"store-{filled.keys.key_id}")
    return dataclasses.replace(
        filled, settings=settings, store=store, ledger=FileLedger(settings.ledger)
    )


@pytest.fixture
def changed(house: House, tmp_path: Path) -> Change:
    """The house after its agreement with QOP was changed: one text for another."""

    def change(old: str, new: str) -> House:
        schemas = tmp_path / "schemas"
        shutil.copytree(PROJECT / "schemas", schemas)
        file = schemas / "recipients" / "qop.yaml"
        before = file.read_text("utf-8")
        assert old in before
        file.write_text(before.replace(old, new), "utf-8")
        settings = dataclasses.replace(house.settings, schemas=schemas)
        return dataclasses.replace(house, settings=settings)

    return change
