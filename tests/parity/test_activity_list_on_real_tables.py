"""OpenActive's real activity list: every concept finds its group, by its id and by its name."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import empty_table
from pipelines.measure.views import shared_view

TOP_LEVEL = 146
"""Concepts of the list that lie in no other."""

Names = dict[str, str]


@pytest.fixture(scope="module")
def concepts(reference: Path) -> pd.DataFrame:
    return pd.read_csv(reference / "openactive" / "activity_list_concepts.csv").set_index("id")


@pytest.fixture(scope="module")
def groups(concepts: pd.DataFrame) -> Names:
    """Each concept's outermost one, found by walking up: the first broader one counts."""

    def outermost(concept: str) -> str:
        broader = concepts.broader[concept]
        return concept if pd.isna(broader) else outermost(broader.split("|")[0])

    return {concept: concepts.prefLabel[outermost(concept)] for concept in concepts.index}


def listed(concepts: pd.DataFrame, offers: pd.DataFrame) -> Names:
    """The group that the shared query finds for each opportunity."""
    contract = load_contracts(PROJECT / "schemas").linked("placed_opportunity")
    activity_list = concepts.reset_index().rename(
        columns={"id": "concept_id", "prefLabel": "name", "broader": "broader_ids",
                 "altLabels": "other_names"}
    )  # fmt: skip
    with duckdb.connect(":memory:") as connection:
        connection.register("activity_concept", activity_list)
        connection.register("no_offer", empty_table(contract))
        connection.register("offers", offers.assign(provider="feed", opportunity_kind="session"))
        connection.execute("create table placed_opportunity as from no_offer")
        connection.execute("insert into placed_opportunity by name from offers")
        connection.execute(shared_view("listed_opportunity"))
        found = connection.sql("select opportunity_id, activity_group from listed_opportunity")
        return dict(found.fetchall())


def test_the_list_has_so_many_groups(groups: Names) -> None:
    assert len(set(groups.values())) == TOP_LEVEL


def test_every_concept_counts_in_its_outermost_one(concepts: pd.DataFrame, groups: Names) -> None:
    offers = pd.DataFrame({"opportunity_id": concepts.index, "activity_id": concepts.index})
    assert listed(concepts, offers) == groups


def test_every_name_of_the_list_finds_its_concept(concepts: pd.DataFrame, groups: Names) -> None:
    labels = concepts.prefLabel.str.upper()
    offers = pd.DataFrame({"opportunity_id": concepts.index, "activity_label": labels})
    assert listed(concepts, offers) == groups
