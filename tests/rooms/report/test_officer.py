"""What an information governance officer asks is answered from the release's own facts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.stages import Release
from pipelines.report import summarise
from pipelines.report.facts import Facts
from pipelines.report.fields import REASONS
from pipelines.report.officer import status_of, verdict_of
from pipelines.report.officer.changes import changes
from pipelines.report.officer.frameworks import caldicott
from pipelines.report.officer.protection import left_with
from pipelines.report.officer.protection import narrowest as in_words
from pipelines.report.officer.shared import described_fields

OFFICER = {"name": "Ada Example", "role": "Caldicott Guardian"}
APPROVALS = [{"officer": OFFICER, "at": "2026-10-15T12:00:00+00:00"}]


def facts_of(folder: Path, **manifest: Any) -> Facts:
    return Facts(folder, manifest)


def sections(release: Release) -> Mapping[str, str]:
    """Everything that each section says, as one text."""
    parts = summarise(release.folder)["parts"]
    return {section["id"]: json.dumps(section) for part in parts for section in part["sections"]}


@pytest.mark.parametrize(
    ("manifest", "status"),
    [
        ({}, "candidate"),
        ({"approvals": APPROVALS, "demo": True}, "demonstration"),
        ({"approvals": APPROVALS, "demo": False}, "published"),
    ],
)
def test_the_status_is_the_manifests(manifest: dict[str, Any], status: str) -> None:
    assert status_of(facts_of(Path(), **manifest)) == status


def test_a_candidate_may_not_be_shared() -> None:
    assert "may not be shared" in verdict_of(facts_of(Path()))


def test_a_release_names_who_answers_for_it() -> None:
    told = verdict_of(facts_of(Path(), approvals=APPROVALS))
    assert told == "Approved for release by Ada Example, Caldicott Guardian."


@pytest.mark.parametrize(
    ("sensitive", "narrowest", "told", "in_table"),
    [
        (20, 5, "holds 5 values or more", "5"),
        (20, None, "no upper limit", "no end found"),
        (None, None, "no upper limit", "no end found"),
        (0, None, "nothing that had to stay unknown", "nothing sought"),
    ],
)
def test_the_narrowest_range_is_told_in_words(
    sensitive: int | None, narrowest: int | None, told: str, in_table: str
) -> None:
    found = {"sensitive": sensitive, "narrowest": narrowest}
    assert told in left_with(found)
    assert in_words(found) == in_table


def test_every_published_field_has_its_reason() -> None:
    contracts = load_contracts(PROJECT / "schemas")
    fields = {c.name for o in (*contracts.outputs, *contracts.directories) for c in o.columns}
    assert fields - set(REASONS) == set()


def test_every_field_of_the_extracts_is_described(release: Release) -> None:
    manifest = json.loads((release.folder / "manifest.json").read_bytes())
    told = described_fields(Facts(release.folder, manifest))
    assert {kind for _, kind, _ in told.values()} == {"nothing"}
    assert all(description for description, _, _ in told.values())


@pytest.mark.parametrize(
    "section",
    [
        "sign-off", "shared", "basis", "consent", "pseudonyms", "protection", "intruder",
        "quality", "five-safes", "caldicott", "lineage", "retention", "changes", "made-by",
    ],
)  # fmt: skip
def test_every_question_of_the_officer_has_its_section(section: str, release: Release) -> None:
    assert section in sections(release)


def test_all_eight_caldicott_principles_are_answered(release: Release) -> None:
    told = json.loads(sections(release)["caldicott"])["blocks"][1]["rows"]
    assert [row[0][:2] for row in told] == [f"{n}." for n in range(1, 9)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "withdrew (none)"),
        ([20, 15], "withdrew (35)"),
        ([20, None], "withdrew (more than 20)"),
        ([None], "withdrew (too few to tell)"),
    ],
)
def test_a_hidden_count_is_never_told_as_none(
    rows: list[int | None], told: str, release: Release
) -> None:
    manifest = json.loads((release.folder / "manifest.json").read_bytes())
    refused = [{"provider": "p", "reason": "withdrawn", "rows": n} for n in rows]
    facts = Facts(release.folder, manifest | {"refused_for_consent": refused})
    assert told in str(caldicott(facts).blocks)


def test_the_intruders_finds_are_the_evidences(release: Release) -> None:
    found = json.loads((release.folder / "disclosure.json").read_bytes())["attacker"]
    rows = json.loads(sections(release)["intruder"])["blocks"][1]["rows"]
    assert rows[1][2] == str(found["pinned"])


def test_the_first_release_says_so(tmp_path: Path) -> None:
    told = changes(facts_of(tmp_path, protection={"earlier_releases": []}))
    assert "first release" in str(told.blocks)


def test_changes_since_the_release_before_are_told(tmp_path: Path) -> None:
    same: dict[str, Any] = {"added": [], "removed": [], "redefined": {}}
    rows = {"new": 3, "gone": 1, "hidden_since": 2, "shown_since": 0, "revised": [{}, {}]}
    found = {
        "previous": "2025-09-30-v2026-00000000",
        "period": {"before": {"start": "a", "end": "b"}, "now": {"start": "c", "end": "d"}},
        "geography_vintage": {"before": "2026", "now": "2026"},
        "limits": {"hide_up_to": {"before": 7, "now": 9}},
        "icbs": {"added": ["E54000057"], "removed": []},
        "datasets": same,
        "indicators": {**same, "redefined": {"health_profile/inactive_adults": {}}},
        "rows": {"health_profile": rows},
    }
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "changes.json").write_text(json.dumps(found))
    told = str(changes(facts_of(tmp_path)).blocks)
    expected = ("2025-09-30-v2026-00000000", "hide up to", "E54000057", "inactive_adults")
    assert [text in told for text in expected] == [True] * len(expected)
