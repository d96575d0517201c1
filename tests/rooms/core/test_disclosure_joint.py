"""Outputs that share a population declare it alike, and are one to an attacker."""

from dataclasses import replace
from typing import Any

import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.disclosure import Crosstab, Disclosure, Population, Profile
from pipelines.core.disclosure_joint import joined, sharing_populations
from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT

OUTPUTS = {
    contract.name: contract.disclosure
    for contract in load_contracts(PROJECT / "schemas").outputs
    if contract.disclosure is not None
}


def declares(*populations: Population, by: tuple[str, ...] = ("icb",)) -> Disclosure:
    names = tuple(p.id for p in populations)
    return Disclosure(Profile.NHS, populations, (Crosstab(by, names),))


REFERRED, STARTED = Population("referred"), Population("started", within="referred")
FUNNEL, MEMBERS = declares(REFERRED, STARTED), declares(Population("members"))
PLACES = declares(Population("started"), Population("sites"))


def within(*disclosures: Disclosure) -> dict[str, str | None]:
    named = {str(number): d for number, d in enumerate(disclosures)}
    return {p.id: p.within for p in joined(named).populations}


def test_outputs_that_share_a_population_are_one_group() -> None:
    found = sharing_populations({"funnel": FUNNEL, "members": MEMBERS, "places": PLACES})
    assert found == [["funnel", "places"], ["members"]]


def test_outputs_that_share_through_a_third_are_one_group() -> None:
    third = declares(Population("sites"), Population("members"))
    found = sharing_populations({"a": FUNNEL, "b": MEMBERS, "c": PLACES, "d": third})
    assert found == [["a", "b", "c", "d"]]


def test_what_one_output_says_of_a_population_holds_for_all() -> None:
    assert within(PLACES, FUNNEL) == {"started": "referred", "sites": None, "referred": None}


def test_a_population_lies_in_the_closest_of_those_that_hold_it() -> None:
    outer = declares(REFERRED, Population("completed", within="referred"))
    inner = declares(REFERRED, STARTED, Population("completed", within="started"))
    assert within(outer, inner)["completed"] == "started"


def test_two_wholes_of_which_neither_holds_the_other_are_refused() -> None:
    other = declares(Population("enrolled"), Population("started", within="enrolled"))
    with pytest.raises(BadContract, match="contract-populations-differ"):
        joined({"a": FUNNEL, "b": other})


def test_a_population_within_another_that_is_within_it_is_refused() -> None:
    other = declares(Population("started"), Population("referred", within="started"))
    with pytest.raises(BadContract, match="contract-populations-differ"):
        joined({"a": FUNNEL, "b": other})


@pytest.mark.parametrize("flag", ["of_people", "public", "everywhere"])
def test_what_kind_of_people_they_are_must_be_agreed(flag: str) -> None:
    one = Population("members")
    opposite: dict[str, Any] = {flag: not getattr(one, flag)}
    other = replace(one, **opposite)
    with pytest.raises(BadContract, match="contract-populations-differ"):
        joined({"a": declares(one), "b": declares(other)})


def test_two_profiles_for_the_same_people_are_refused() -> None:
    exact = replace(FUNNEL, profile=Profile.EXACT_TOTALS)
    with pytest.raises(BadContract, match="contract-populations-differ"):
        joined({"a": FUNNEL, "b": exact})


def one_at_a_time(*disclosures: Disclosure) -> set[str]:
    named = {str(number): d for number, d in enumerate(disclosures)}
    return {p.id for p in joined(named).populations if p.one_at_a_time}


BRANCH = Population("started", within="referred", one_at_a_time=True)


def test_a_branch_is_linked_alone_where_all_say_so() -> None:
    assert one_at_a_time(declares(REFERRED, BRANCH), declares(REFERRED, BRANCH)) == {"started"}


def test_a_branch_that_one_output_links_is_linked_in_all() -> None:
    assert one_at_a_time(declares(REFERRED, BRANCH), FUNNEL) == set()


def test_a_branch_within_a_branch_is_linked_to_it() -> None:
    twig = Population("completed", within="started", one_at_a_time=True)
    inner = declares(Population("started"), twig)
    outer = declares(REFERRED, BRANCH)
    assert one_at_a_time(replace(inner, populations=(BRANCH, REFERRED, twig)), outer) == {"started"}


def test_parts_that_are_all_of_two_populations_are_refused() -> None:
    parts = (Population("men", within="members"), Population("women", within="members"))
    all_of = replace(declares(Population("members"), *parts), partitions=(("men", "women"),))
    other = declares(
        Population("members"),
        Population("adults", within="members"),
        Population("men", within="adults"),
    )
    with pytest.raises(BadContract, match="contract-populations-differ"):
        joined({"a": all_of, "b": other})


def test_a_table_that_two_outputs_publish_is_one_table() -> None:
    tables = joined({"a": FUNNEL, "b": PLACES}).tables
    assert tables == (Crosstab(("icb",), ("referred", "started", "sites")),)


def test_public_figures_are_no_link() -> None:
    disclosure = declares(Population("residents", public=True), Population("members"))
    assert disclosure.private() == {"members"}


@pytest.mark.parametrize(
    "names", sharing_populations({n: d.only(d.private()) for n, d in OUTPUTS.items()}), ids=str
)
def test_our_own_outputs_agree(names: list[str]) -> None:
    private = {name: OUTPUTS[name].only(OUTPUTS[name].private()) for name in names}
    found = {p.id for p in joined(private).populations}
    assert found == {p.id for d in private.values() for p in d.populations}
