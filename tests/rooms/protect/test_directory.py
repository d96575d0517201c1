"""Directories on their way out: what passes, and what never does."""

import dataclasses

import pyarrow as pa
import pytest

from pipelines.core.contract import Classification, Contract, Zone
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadRelease
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Listed
from pipelines.protect import pass_directory
from tests.spec.tables import SCOPE, stored_rows

CONTRACT = load_contracts(PROJECT / "schemas").by_group["directories"]["provision_directory"]


def listed(contract: Contract = CONTRACT, **cells: str) -> Listed:
    text = "\n".join([" | ".join(["site_name", *cells]), " | ".join(["Pool", *cells.values()])])
    rows = stored_rows(contract, text)
    return Listed(SCOPE, contract, pa.Table.from_pylist(rows, arrow_schema(contract)))


def test_things_pass_as_they_are() -> None:
    given = listed()
    assert pass_directory(given).listed is given


@pytest.mark.parametrize(
    "text", ["w@harbour.example", "ring 01632 960123", "Pool M15 4AB", "pool m154ab"]
)
@pytest.mark.parametrize("column", ["programme_name", "activity", "ltla_name"])
def test_a_contact_in_any_column_stops_the_directory(column: str, text: str) -> None:
    with pytest.raises(BadRelease) as caught:
        pass_directory(listed(CONTRACT, **{column: text}))
    assert (caught.value.code, text in str(caught.value)) == ("directory-not-open", False)


@pytest.mark.parametrize("name", ["01632960123", "session:M15-4AB", "E01034001 town pool 2"])
def test_digits_in_an_id_are_no_contact(name: str) -> None:
    assert pass_directory(listed(entry_id=name))


@pytest.mark.parametrize(
    "change",
    [
        {"zone": Zone.AMBER},
        {"person_level": True},
        {"columns": (dataclasses.replace(
            CONTRACT.columns[0], classification=Classification.QUASI_IDENTIFIER),
            *CONTRACT.columns[1:])},
    ],
    ids=["another zone", "people", "a column that says something of a person"],
)  # fmt: skip
def test_what_is_not_open_by_its_contract_never_passes(change: dict[str, object]) -> None:
    contract = dataclasses.replace(CONTRACT, **change)  # type: ignore[arg-type]
    with pytest.raises(BadRelease):
        pass_directory(dataclasses.replace(listed(), contract=contract))
