"""The words for activities: read strictly, and held against the two tables that they come from."""

import csv
from pathlib import Path

import pytest
import yaml

from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT
from pipelines.validate import load_activities
from pipelines.validate.activities import Activity

SCHEMAS = PROJECT / "schemas"
ACTIVITIES = load_activities(SCHEMAS)
GOOD = {
    "concept": "Swimming",
    "id": "2750229d-b725-4171-9276-376be913957c",
    "words": ["swim"],
    "compendium": "18240",
    "mets": 5.8,
    "because": "Slow lengths.",
}


def written(folder: Path, *activities: object) -> Path:
    (folder / "activities.yaml").write_text(yaml.safe_dump({"activities": list(activities)}))
    return folder


@pytest.fixture(scope="session")
def compendium(reference: Path) -> dict[str, float]:
    """METs by code of 2011."""
    with (reference / "mets" / "compendium2011.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="|"))[2:]
    return {row[4]: float(row[5]) for row in rows if row[4].isdigit()}


@pytest.fixture(scope="session")
def concepts(reference: Path) -> dict[str, str]:
    """Names by id."""
    with (reference / "openactive" / "activity_list_concepts.csv").open(encoding="utf-8") as file:
        return {row["id"].rpartition("#")[2]: row["prefLabel"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda a: a.concept)
def test_the_mets_are_those_of_the_compendium(
    activity: Activity, compendium: dict[str, float]
) -> None:
    assert len(compendium) > 700
    assert compendium[activity.compendium] == activity.mets


@pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda a: a.concept)
def test_the_concept_is_in_the_activity_list(activity: Activity, concepts: dict[str, str]) -> None:
    assert concepts[activity.id] == activity.concept


def test_every_choice_has_a_reason() -> None:
    assert len(ACTIVITIES) >= 19
    assert all(len(activity.because) > 10 for activity in ACTIVITIES)


@pytest.mark.parametrize(
    ("mets", "intensity"),
    [(2.9, "light"), (3.0, "moderate"), (5.9, "moderate"), (6.0, "vigorous")],
)
def test_intensity_begins_at_3_and_at_6_mets(tmp_path: Path, mets: float, intensity: str) -> None:
    [activity] = load_activities(written(tmp_path, {**GOOD, "mets": mets}))
    assert activity.intensity == intensity


@pytest.mark.parametrize(
    "broken",
    [
        {k: v for k, v in GOOD.items() if k != "because"},
        {**GOOD, "minutes": 30},
        {**GOOD, "words": []},
        {**GOOD, "words": ["Swim"]},
        {**GOOD, "words": "swim"},
        {**GOOD, "mets": 6},
        {**GOOD, "mets": -1.0},
        "Swimming",
    ],
)
def test_an_entry_of_another_form_is_refused(tmp_path: Path, broken: object) -> None:
    with pytest.raises(BadContract) as refusal:
        load_activities(written(tmp_path, broken))
    assert refusal.value.code == "activities-unreadable"


def test_a_word_of_two_activities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="under two activities"):
        load_activities(written(tmp_path, GOOD, {**GOOD, "words": ["swim"]}))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="is missing"):
        load_activities(tmp_path)


def test_a_key_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "activities.yaml").write_text("activity: []\n")
    with pytest.raises(BadContract, match="unknown key"):
        load_activities(tmp_path)


def test_a_file_without_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "activities.yaml").write_text("sources: {}\n")
    with pytest.raises(BadContract, match="no list"):
        load_activities(tmp_path)
