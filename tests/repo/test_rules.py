"""The rules of the house that are about files and contracts rather than about behaviour."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from pipelines.core.agreement import load_agreements
from pipelines.core.contract import Classification, Zone
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.source.formats import find_reader

CONTRACTS = load_contracts(PROJECT / "schemas")
AGREEMENTS = load_agreements(PROJECT / "schemas")


def tracked(*patterns: str) -> list[Path]:
    """Files of the project, as git knows them (also in a fresh clone)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return [PROJECT / name for name in listed if (PROJECT / name).is_file()]


def test_no_identifier_leaves_the_red_zone() -> None:
    outward = [c for c in CONTRACTS if c.zone is not Zone.RED]
    assert len(outward) > 10, "found no contracts: this test would prove nothing"
    assert {c.name: c.identifiers for c in outward if c.identifiers} == {}


def test_what_is_published_tells_nothing_of_a_person() -> None:
    outputs = CONTRACTS.outputs
    assert len(outputs) >= 3
    told = {
        column.name
        for output in outputs
        for column in output.columns
        if column.classification is not Classification.NONE
    }
    assert told == set()


def test_every_column_of_every_file_has_a_place_in_its_contract() -> None:
    wrong = {
        (agreement.provider, file.pattern, column)
        for agreement in AGREEMENTS.values()
        for file in agreement.files
        for column in [*file.columns.values(), *file.constants, *file.values]
        if column not in {c.name for c in CONTRACTS.delivered(file.table).columns}
    }
    assert wrong == set()


def test_every_required_column_is_delivered() -> None:
    lacking = {
        (agreement.provider, file.pattern, column.name)
        for agreement in AGREEMENTS.values()
        for file in agreement.files
        for column in CONTRACTS.delivered(file.table).columns
        if column.required and column.name not in {*file.columns.values(), *file.constants}
    }
    assert lacking == set()


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=lambda a: a.provider)
def test_an_agreement_names_formats_that_exist(agreement: object) -> None:
    formats = {file.format for file in getattr(agreement, "files", ())}
    assert formats
    assert all(callable(find_reader(name)) for name in formats)


def test_people_are_delivered_with_consent_or_not_at_all() -> None:
    of_people = [a for a in AGREEMENTS.values() if a.person_level]
    assert len(of_people) >= 3
    for agreement in of_people:
        consent = [f for f in agreement.files if f.table == "consent_event"]
        assert [f.required for f in consent] == [True]
        assert agreement.lawful_basis
        assert agreement.purposes


def test_only_agreements_of_people_deliver_tables_of_people() -> None:
    assert {
        (agreement.provider, file.table)
        for agreement in AGREEMENTS.values()
        for file in agreement.files
        if CONTRACTS.delivered(file.table).person_level is not agreement.person_level
    } == set()


def test_one_name_runs_through_everything_about_a_dataset() -> None:
    names = {contract.name for contract in CONTRACTS.outputs}
    measures = {p.stem for p in (PROJECT / "pipelines" / "measure" / "sql").glob("*.sql")}
    expectations = {p.stem for p in (PROJECT / "expectations").glob("*.json")}
    specs = {p.stem.removeprefix("test_") for p in (PROJECT / "tests" / "spec").glob("test_*.py")}
    assert names == measures
    assert names <= expectations
    assert names <= specs


def test_every_expectation_says_why() -> None:
    suites = [json.loads(p.read_text()) for p in (PROJECT / "expectations").glob("*.json")]
    expectations = [e for suite in suites for e in suite["expectations"]]
    assert len(expectations) > 20
    assert all(
        e["meta"]["about"] and e["severity"] in ("critical", "warning") for e in expectations
    )


def test_expectations_are_of_tables_that_exist() -> None:
    known = {contract.name for contract in CONTRACTS}
    assert {p.stem for p in (PROJECT / "expectations").glob("*.json")} - known == set()


def test_locked_requirements_have_hashes_and_no_address() -> None:
    locks = sorted((PROJECT / "requirements").rglob("*.txt"))
    assert {"airflow", "base", "dev", "mesh-sandbox", "splink", "tool"} < {p.stem for p in locks}
    assert {p.stem for p in locks} == {p.stem for p in (PROJECT / "requirements").rglob("*.in")}
    for lock in locks:
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_the_smaller_locks_are_part_of_the_larger_ones() -> None:
    def pins(name: str) -> set[str]:
        text = (PROJECT / "requirements" / f"{name}.txt").read_text()
        return set(re.findall(r"^([a-z0-9._-]+==\S+)", text, re.MULTILINE))

    assert pins("base") < pins("airflow") < pins("dev")


def test_no_function_of_the_pipelines_asserts() -> None:
    """python -O removes asserts, so a guard is an `if` that raises."""
    files = tracked("pipelines/*.py", "dags/*.py")
    assert len(files) > 50
    asserting = [
        path.name
        for path in files
        if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(path.read_text())))
    ]
    assert asserting == []


def test_files_and_functions_stay_small_enough_to_read() -> None:
    long_files, long_functions = [], []
    for path in tracked("pipelines/*.py", "dags/*.py"):
        text = path.read_text()
        if len(text.splitlines()) > 300:
            long_files.append(path.name)
        long_functions += [
            f"{path.name}:{node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 45
        ]
    assert (long_files, long_functions) == ([], [])


def test_every_exemption_of_a_checker_says_why() -> None:
    """A `# type: ignore[...]` or `# noqa: ...` has its reason behind it, or above it."""
    bare = []
    for path in tracked("pipelines/*.py", "dags/*.py"):
        lines = path.read_text().splitlines()
        for before, line in zip(["", *lines], lines, strict=False):
            exempt = re.search(r"#\s*(noqa|type: ignore)(.*)$", line)
            if exempt and not re.search(r"[(#]", exempt[2]) and not before.strip().startswith("#"):
                bare.append(f"{path.name}: {line.strip()}")
    assert bare == []


def test_samples_hold_nobody() -> None:
    """Ten digits in a row in the project begin with 999, the synthetic range, or are no number."""
    found = [
        (path.name, number)
        for path in tracked("schemas/*", "docs/*", "tests/*", "README.md")
        for number in re.findall(r"(?<![\w.])[4-7]\d{9}(?![\w.])", path.read_text("utf-8"))
    ]
    assert found == []
