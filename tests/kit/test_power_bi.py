"""The Power BI project has the published layout, and its model has every column.

Nobody has opened it in Power BI Desktop here: these tests read its text.
"""

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from pipelines.core.contract import Contract
from tests.kit.staged import OUTPUTS

HOME = "kit/power-bi"
MODEL = f"{HOME}/release.SemanticModel/definition"
JSON = (".pbip", ".pbir", ".pbism", ".json")


def text(files: Mapping[str, bytes], name: str) -> str:
    return files[f"{MODEL}/{name}"].decode()


def test_every_json_file_names_its_published_schema(files: Mapping[str, bytes]) -> None:
    found = {n: json.loads(d) for n, d in files.items() if n.startswith(HOME) and n.endswith(JSON)}
    assert len(found) == 7
    told = r"https://developer\.microsoft\.com/json-schemas/fabric/.+/\d\.\d\.\d/schema\.json"
    assert [
        name for name, content in found.items() if not re.fullmatch(told, content["$schema"])
    ] == []


def test_the_project_leads_to_the_report_and_the_report_to_the_model(
    files: Mapping[str, bytes],
) -> None:
    report = json.loads(files[f"{HOME}/release.pbip"])["artifacts"][0]["report"]["path"]
    binding = json.loads(files[f"{HOME}/{report}/definition.pbir"])
    assert binding["datasetReference"]["byPath"]["path"] == "../release.SemanticModel"
    assert f"{HOME}/release.SemanticModel/definition.pbism" in files


def test_the_pages_are_those_that_the_report_orders(files: Mapping[str, bytes]) -> None:
    pages = f"{HOME}/release.Report/definition/pages"
    ordered = json.loads(files[f"{pages}/pages.json"])["pageOrder"]
    found = [PurePosixPath(n).parent.name for n in files if n.endswith("/page.json")]
    assert found == ordered


def test_the_model_refers_to_every_table_that_it_has(files: Mapping[str, bytes]) -> None:
    referred = re.findall(r"^ref table (\w+)$", text(files, "model.tmdl"), re.MULTILINE)
    tables = {PurePosixPath(name).stem for name in files if "/definition/tables/" in name}
    assert set(referred) == tables == {"indicators", *(c.name for c in OUTPUTS)}


@pytest.mark.parametrize("contract", OUTPUTS, ids=lambda contract: str(contract.name))
def test_a_table_has_every_column_of_its_contract(
    files: Mapping[str, bytes], contract: Contract
) -> None:
    table = text(files, f"tables/{contract.name}.tmdl")
    columns = re.findall(r"^\tcolumn (\w+)$", table, re.MULTILINE)
    assert columns == [*(column.name for column in contract.columns), "indicator_key"]


def test_nothing_is_added_up_unasked(files: Mapping[str, bytes]) -> None:
    tables = [d.decode() for name, d in files.items() if "/definition/tables/" in name]
    assert set(re.findall(r"summarizeBy: (\w+)", "".join(tables))) == {"none"}
    assert "\tdiscourageImplicitMeasures\n" in text(files, "model.tmdl")


def test_relationships_join_columns_that_exist(files: Mapping[str, bytes]) -> None:
    joined = re.findall(r"(?:from|to)Column: (\w+)\.(\w+)", text(files, "relationships.tmdl"))
    assert len(joined) == 2 * len(OUTPUTS)
    lacking = [
        place for place in joined
        if f"\tcolumn {place[1]}\n" not in text(files, f"tables/{place[0]}.tmdl")
    ]  # fmt: skip
    assert lacking == []


def test_the_tables_are_read_from_one_folder_that_the_analyst_names(
    files: Mapping[str, bytes],
) -> None:
    expressions = text(files, "expressions.tmdl")
    assert "IsParameterQuery=true" in expressions
    assert "Folder.Files(ReleaseFolder)" in expressions
    assert not re.search(r"[A-Z]:\\|/(home|Users|tmp|work)/", expressions)


def test_the_model_is_indented_with_tabs_alone(files: Mapping[str, bytes]) -> None:
    model = [d.decode() for name, d in files.items() if name.endswith(".tmdl")]
    assert len(model) == len(OUTPUTS) + 5
    assert [line for file in model for line in file.splitlines() if line.startswith(" ")] == []


def test_every_bracket_of_the_queries_is_closed(files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        if name.endswith(".tmdl"):
            code = re.sub(r'"[^"]*"|^\s*///.*$', "", data.decode(), flags=re.MULTILINE)
            assert [code.count(o) - code.count(c) for o, c in ("()", "[]", "{}")] == [0, 0, 0], name
