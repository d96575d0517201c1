"""The release as a Power BI project in text form: a model of every dataset, and an empty report.

Microsoft's PBIP layout, with the model in TMDL. Nothing is added up unasked: most columns hold
rates, and a sum of them means nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.core.contract import Column, Contract, LogicalType
from pipelines.kit.dictionary import INDICATORS
from pipelines.kit.staged import Staged

FOLDER = "power-bi"
SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
ASKED = "Write here the full path of the release's folder"
PAGE = "coverage_first"
TYPES: Mapping[LogicalType, tuple[str, str]] = {
    LogicalType.STRING: ("string", "type text"),
    LogicalType.INTEGER: ("int64", "Int64.Type"),
    LogicalType.NUMBER: ("double", "type number"),
    LogicalType.DATE: ("dateTime", "type date"),
    LogicalType.TIMESTAMP: ("dateTime", "type datetime"),
    LogicalType.BOOLEAN: ("boolean", "type logical"),
}
READ_DATASET = """\
expression ReadDataset =
		(dataset as text) as table =>
		let
			All = Folder.Files(ReleaseFolder),
			Chosen = Table.SelectRows(All, each [Name] = dataset & ".parquet"),
			Tables = List.Transform(Chosen[Content], each Parquet.Document(_)),
			Together = Table.Combine(Tables),
			Keyed = Table.AddColumn(Together, "indicator_key", each dataset & "/" & [indicator_id], type text)
		in
			Keyed
"""  # noqa: E501 (one line of M is one step)


def files(staged: Staged) -> dict[str, bytes]:
    """The project's files, by their path inside the kit."""
    texts = {
        "release.pbip": _encoded(
            "pbip/pbipProperties/1.0.0",
            {"version": "1.0", "artifacts": [{"report": {"path": "release.Report"}}],
             "settings": {"enableAutoRecovery": True}},
        ),
        **{f"release.SemanticModel/{name}": text for name, text in _model(staged)},
        **{f"release.Report/{name}": text for name, text in _report()},
    }  # fmt: skip
    return {f"{FOLDER}/{name}": text.encode() for name, text in texts.items()}


def _encoded(schema: str, content: Mapping[str, Any]) -> str:
    return json.dumps({"$schema": f"{SCHEMAS}/{schema}/schema.json", **content}, indent=2) + "\n"


def _model(staged: Staged) -> Iterator[tuple[str, str]]:
    yield (
        "definition.pbism",
        _encoded("item/semanticModel/definitionProperties/1.0.0", {"version": "4.0"}),
    )
    yield "definition/database.tmdl", "database\n\tcompatibilityLevel: 1567\n"
    yield "definition/model.tmdl", _model_file(staged.outputs)
    yield "definition/expressions.tmdl", f"{_parameter()}\n{READ_DATASET}"
    yield "definition/relationships.tmdl", _relationships(staged.outputs)
    yield "definition/tables/indicators.tmdl", _indicators()
    for contract in staged.outputs:
        yield f"definition/tables/{contract.name}.tmdl", _table(contract)


def _model_file(outputs: Iterable[Contract]) -> str:
    # Without implicit measures nobody drags a rate into a chart and gets its sum.
    head = (
        "model Model\n\tculture: en-GB\n\tdefaultPowerBIDataSourceVersion: powerBI_V3\n"
        "\tdiscourageImplicitMeasures\n\tsourceQueryCulture: en-GB\n\n"
    )
    return head + "".join(f"ref table {n}\n" for n in [*(c.name for c in outputs), "indicators"])


def _parameter() -> str:
    told = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    return f'expression ReleaseFolder = "{ASKED}" {told}\n'


def _relationships(outputs: Iterable[Contract]) -> str:
    return "\n".join(
        f"relationship {contract.name}_to_indicators\n"
        f"\tfromColumn: {contract.name}.indicator_key\n\ttoColumn: indicators.indicator_key\n"
        for contract in outputs
    )


def _table(contract: Contract) -> str:
    steps = ", ".join(f'{{"{c.name}", {TYPES[c.type][1]}}}' for c in contract.columns)
    key = _column("indicator_key", "string", "Dataset and indicator, for joining.", hidden=True)
    return (
        f"/// {_line(contract.description)}\ntable {contract.name}\n\n"
        + "".join(_declared(column) for column in contract.columns)
        + key
        + "\t/// Rows shown: a check that a filter chose what was meant.\n"
        + f"\tmeasure 'Rows of {contract.name}' = COUNTROWS({contract.name})\n"
        + "\t\tformatString: #,##0\n\n"
        + _partition(
            contract.name,
            (f'Read = ReadDataset("{contract.name}"),',
             f"Typed = Table.TransformColumnTypes(Read, {{{steps}}})"),
            "Typed",
        )
    )  # fmt: skip


def _declared(column: Column) -> str:
    kind = TYPES[column.type][0]
    return _column(column.name, kind, column.description, day=column.type is LogicalType.DATE)


def _column(
    name: str, kind: str, description: str, *, hidden: bool = False, day: bool = False
) -> str:
    more = ("\t\tisHidden\n" if hidden else "") + ("\t\tformatString: yyyy-mm-dd\n" if day else "")
    return (
        f"\t/// {_line(description)}\n\tcolumn {name}\n\t\tdataType: {kind}\n{more}"
        f"\t\tsummarizeBy: none\n\t\tsourceColumn: {name}\n\n"
    )


def _indicators() -> str:
    columns = "".join(_column(name, "string", told) for name, told in INDICATORS.items())
    steps = (
        "All = Folder.Files(ReleaseFolder),",
        'File = Table.SelectRows(All, each [Name] = "indicators.csv"){0}[Content],',
        'Read = Csv.Document(File, [Delimiter=",", Encoding=65001, QuoteStyle=QuoteStyle.Csv]),',
        "Headed = Table.PromoteHeaders(Read, [PromoteAllScalars=true])",
    )
    about = "/// What each indicator means.\ntable indicators\n\n"
    return about + columns + _partition("indicators", steps, "Headed")


def _partition(name: str, steps: Iterable[str], last: str) -> str:
    lines = "".join(f"\t\t\t\t\t{step}\n" for step in steps)
    return (
        f"\tpartition {name} = m\n\t\tmode: import\n\t\tsource =\n"
        f"\t\t\t\tlet\n{lines}\t\t\t\tin\n\t\t\t\t\t{last}\n"
    )


def _line(text: str) -> str:
    """A description on one line, as TMDL wants it."""
    return " ".join(text.split())


def _report() -> Iterator[tuple[str, str]]:
    yield (
        "definition.pbir",
        _encoded(
            "item/report/definitionProperties/1.0.0",
            {
                "version": "4.0",
                "datasetReference": {"byPath": {"path": "../release.SemanticModel"}},
            },
        ),
    )
    definition = "item/report/definition"
    yield (
        "definition/version.json",
        _encoded(f"{definition}/versionMetadata/1.0.0", {"version": "1.0.0"}),
    )
    yield (
        "definition/report.json",
        _encoded(
            f"{definition}/report/1.0.0", {"themeCollection": {}, "layoutOptimization": "None"}
        ),
    )
    yield (
        "definition/pages/pages.json",
        _encoded(
            f"{definition}/pagesMetadata/1.0.0", {"pageOrder": [PAGE], "activePageName": PAGE}
        ),
    )
    yield (
        f"definition/pages/{PAGE}/page.json",
        _encoded(
            f"{definition}/page/1.0.0",
            {"name": PAGE, "displayName": "Coverage first", "displayOption": "FitToPage",
             "height": 720, "width": 1280},
        ),
    )  # fmt: skip
