"""Children agree through a parent, and the intake line counts exactly those who may not be used."""

import dataclasses
import datetime as dt
import shutil
from collections import Counter

import numpy as np
import pytest

from pipelines.core.agreement_terms import AgeRule
from pipelines.core.settings import PROJECT, settings_from
from pipelines.house import House, open_house
from pipelines.intake import find_drops, take_in
from pipelines.synthetic import (
    ALL_DIRT,
    Neighbourhood,
    Sidecar,
    age_rules_of,
    write_deliveries,
    write_postcode_directory,
)
from pipelines.synthetic.children import SOON, birthdays, mind_ages
from pipelines.synthetic.consents import NEVER, Consents, Story, make_consents
from pipelines.synthetic.people import Ints, day_number
from tests.conftest import TEST_KEY
from tests.rooms.synthetic.conftest import SEED, THROUGH, Written
from tests.rooms.synthetic.recounts import HARBOUR, MOVEWELL, PARKSIDE

RULE = AgeRule("service_evaluation", minimum_age=13, own_consent_from=16, unknown_age_used=True)
LAST = day_number(THROUGH)
LINE = (
    "  age_rules: {service_evaluation: "
    "{minimum_age: 13, own_consent_from: 16, unknown_age_used: true}}\n"
)
OTHERS = set(ALL_DIRT) - {"birth_date_future"}
"""A member born in the future is too young for everything: another fate than this kind's."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house whose agreements have a rule about age."""
    folder = tmp_path_factory.mktemp("children")
    schemas = folder / "schemas"
    shutil.copytree(PROJECT / "schemas", schemas)
    for provider in (HARBOUR, PARKSIDE, MOVEWELL):
        path = schemas / "providers" / f"{provider}.yaml"
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("  age_rules:")]
        at = kept.index("agreement:\n") + 1
        path.write_text("".join([*kept[:at], LINE, *kept[at:]]), "utf-8")
    environ = {"WIDEBRIDGE_HOME": str(folder / "home"), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    return open_house(dataclasses.replace(settings_from(environ), schemas=schemas), environ)


@pytest.fixture(scope="module")
def told(house: House, places: list[Neighbourhood]) -> Written:
    inbox = house.settings.inbox
    write_postcode_directory(inbox / "synthetic_postcodes" / "2026-09-30", places, SEED)
    rules = age_rules_of(house.agreements)
    sidecar: Sidecar = write_deliveries(
        inbox, places, people=1500, seed=SEED, through=THROUGH, dirt=OTHERS, age_rules=rules
    )
    return Written(inbox, places, sidecar)


def test_the_rules_come_from_the_agreements(house: House) -> None:
    assert age_rules_of(house.agreements) == dict.fromkeys((HARBOUR, PARKSIDE, MOVEWELL), RULE)


def test_the_intake_line_refuses_exactly_the_children_that_the_truth_tells_of(
    house: House, told: Written
) -> None:
    for provider in ("synthetic_postcodes", HARBOUR, PARKSIDE, MOVEWELL):
        for drop in find_drops(house, provider):
            summary = take_in(house, provider, drop, as_of=dt.date(2026, 10, 15))
            if provider == "synthetic_postcodes":
                continue
            planted = told.sidecar.drop(provider, drop).tables
            found = {t.table: (t.received, t.kept, dict(t.refused)) for t in summary.tables}
            assert found == {
                name: (t.received, t.kept, dict(t.refused)) for name, t in planted.items()
            }


@pytest.mark.parametrize("reason", ["too_young", "parent_consent_missing"])
def test_some_children_are_refused_for_each_reason(told: Written, reason: str) -> None:
    assert sum(f.refused.get(reason, 0) for d in told.sidecar.drops for f in d.files) > 0


@pytest.mark.parametrize(
    ("provider", "start", "how"),
    [(HARBOUR, "consents_", "Evidence"), (PARKSIDE, "consent_", "How")],
)
def test_parents_signed_for_most_children(
    told: Written, provider: str, start: str, how: str
) -> None:
    ways = Counter(r[how].partition(":")[0] == "parent" for r in told.rows(provider, start))
    assert 0 < ways[True] < ways[False]


def test_without_a_rule_no_parent_is_asked(clean: Written) -> None:
    evidence = {r["Evidence"].partition(":")[0] for r in clean.rows(HARBOUR, "consents_")}
    assert "parent" not in evidence


@pytest.mark.parametrize(
    ("born", "age", "birthday"),
    [
        ("2010-06-15", 16, "2026-06-15"),
        ("2012-02-29", 13, "2025-02-28"),
        ("2012-02-29", 16, "2028-02-29"),
        ("2010-12-31", 13, "2023-12-31"),
    ],
)
def test_a_birthday_is_the_same_day_of_a_later_year(born: str, age: int, birthday: str) -> None:
    day = birthdays(np.array([day_number(dt.date.fromisoformat(born))]), age)
    assert day.tolist() == [day_number(dt.date.fromisoformat(birthday))]


def aged(years: float, story: Story, granted: int) -> Consents:
    """One person's consent under the rule."""
    one = Consents(
        story=np.array([story]),
        granted=np.array([granted]),
        ended=np.array([NEVER]),
        renewed=np.array([NEVER]),
        expires=np.array([NEVER]),
        also_marketing=np.array([False]),
        by_parent=np.array([False]),
    )
    return mind_ages(one, born_ago(years), RULE, LAST, np.random.default_rng(3))


def born_ago(years: float) -> Ints:
    return np.array([LAST - round(years * 365.25)])


def test_who_may_decide_by_now_was_asked_anew_on_that_birthday() -> None:
    asked = aged(17, Story.GRANTED, LAST - 900)
    assert asked.granted.tolist() == birthdays(born_ago(17), 16).tolist()


def test_a_grown_up_was_asked_once() -> None:
    assert aged(40, Story.GRANTED, LAST - 900).granted.tolist() == [LAST - 900]


def test_a_child_below_the_minimum_age_is_too_young() -> None:
    assert aged(11, Story.GRANTED, LAST - 400).story.tolist() == [Story.TOO_YOUNG]


def test_a_refusal_of_another_kind_stays_what_it_is() -> None:
    assert aged(11, Story.WITHDRAWN, LAST - 400).story.tolist() == [Story.WITHDRAWN]


def test_nobody_has_a_birthday_that_counts_between_the_year_and_the_day_of_use() -> None:
    soon = aged(16 - SOON / 2 / 365.25, Story.GRANTED, LAST - 400)
    assert soon.story.tolist() == [Story.NEVER_ASKED]


def test_no_rule_changes_nothing() -> None:
    joined = np.full(100, LAST - 400)
    consents = make_consents(joined, LAST - 364, LAST, True, np.random.default_rng(1))
    assert mind_ages(consents, joined, None, LAST, np.random.default_rng(1)) is consents
