"""The publishers' agreements: licence, reasons, and corrections that say why."""

from pathlib import Path

import pytest

from pipelines.core.agreement import Agreement, Kind, load_agreements, read_agreement
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadAgreement
from pipelines.core.settings import PROJECT

SCHEMAS = PROJECT / "schemas"
PUBLISHERS = sorted(
    name for name, a in load_agreements(SCHEMAS).items() if a.kind is Kind.PUBLISHER
)
NAMES = [
    "harbour_openactive", "mhclg_deprivation", "movewell_costs", "movewell_programmes",
    "nhs_england_qof", "nhs_england_rtt", "ohid_fingertips", "ons_geography", "ons_population",
    "ons_postcodes", "openactive_activities", "outcome_facts", "outcome_value_sets",
    "synthetic_postcodes",
]  # fmt: skip


def agreement(name: str) -> Agreement:
    return read_agreement(SCHEMAS / "providers" / f"{name}.yaml")


def test_these_are_all_publishers() -> None:
    assert PUBLISHERS == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_publisher_names_its_licence(name: str) -> None:
    assert agreement(name).licence


@pytest.mark.parametrize("name", NAMES)
def test_every_required_column_is_filled_and_none_is_unknown(name: str) -> None:
    contracts = load_contracts(SCHEMAS)
    wrong = [
        (file.table, file.pattern)
        for file in agreement(name).files
        if not (
            {c.name for c in contracts.delivered(file.table).columns if c.required}
            <= {*file.columns.values(), *file.constants}
            <= {c.name for c in contracts.delivered(file.table).columns}
        )
    ]
    assert wrong == []


def with_corrections(folder: Path, text: str) -> Path:
    original = (SCHEMAS / "providers" / "synthetic_postcodes.yaml").read_text("utf-8")
    path = folder / "synthetic_postcodes.yaml"
    path.write_text(f"{original}    corrections: {text}\n", "utf-8")
    return path


def test_a_correction_is_read_with_its_reason(tmp_path: Path) -> None:
    text = "[{where: {area_code: A}, set: {area_code: B}, reason: misprint}]"
    file = read_agreement(with_corrections(tmp_path, text)).files[0]
    assert [(dict(c.where), dict(c.set), c.reason) for c in file.corrections] == [
        ({"area_code": "A"}, {"area_code": "B"}, "misprint")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[{where: {area_code: A}, set: {area_code: B}}]",
        "[{where: {area_code: A}, set: {area_code: B}, reason: ' '}]",
        "[{where: {}, set: {area_code: B}, reason: misprint}]",
        "[{where: {area_code: A}, set: {}, reason: misprint}]",
        "[{where: {area_code: A}, set: {area_code: B}, reason: misprint, by: me}]",
        "[whatever]",
    ],
)
def test_an_incomplete_correction_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadAgreement):
        read_agreement(with_corrections(tmp_path, text))
