"""Contracts: Open Data Contract Standard 3.1 files under `schemas/`, read strictly.

What is missing or unknown is an error that names the file and the place.
"""

import functools
import importlib.resources
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.core.contract import (
    Classification,
    Column,
    Contract,
    Contracts,
    LogicalType,
    Newest,
    RowRule,
    Severity,
    Zone,
)
from pipelines.core.disclosure_file import read_disclosure
from pipelines.core.errors import BadContract
from pipelines.core.indicator_file import read_indicators
from pipelines.core.strict_contract import bad, choice_of, refuse_unknown, text_of
from pipelines.core.strict_yaml import read_yaml

GROUPS = ("canonical", "reference", "linked", "shapes", "outputs", "directories")


def load_contracts(schemas: Path) -> Contracts:
    """Read every contract under `schemas/`. Raises `BadContract`."""
    shapes = _load_group(schemas / "shapes", {})
    loaded = {
        group: shapes if group == "shapes" else _load_group(schemas / group, shapes)
        for group in GROUPS
    }
    return Contracts(loaded)


def _load_group(folder: Path, shapes: Mapping[str, Contract]) -> dict[str, Contract]:
    contracts = {}
    for path in sorted(folder.glob("*.yaml")):
        contract = read_contract(path, shapes)
        if contract.name != path.stem:
            raise bad(path, f"is named '{contract.name}' inside.", "Give both the same name.")
        contracts[contract.name] = contract
    if not contracts:
        raise BadContract(
            "contract-folder-empty",
            f"no contract was found in schemas/{folder.name}.",
            "Check WIDEBRIDGE_SCHEMAS.",
        )
    return contracts


def read_contract(path: Path, shapes: Mapping[str, Contract] | None = None) -> Contract:
    """Read one contract file. Raises `BadContract`, naming the file and the place in it."""
    document = read_yaml(path)
    _check_against_standard(path, document)
    tables = document.get("schema") or []
    if len(tables) != 1:
        raise bad(path, "must describe exactly one table.", "Split it into one file per table.")
    table = tables[0]
    extra = _custom(path, document, CONTRACT_PROPERTIES)
    shape = _shape_of(path, extra, shapes or {})
    properties = table.get("properties") or []
    columns = (*(shape.columns if shape else ()), *(_column(path, p) for p in properties))
    if not columns:
        raise bad(path, "has no columns.", "List them under schema.properties.")
    indicators = read_indicators(path, extra.get("indicators", ()))
    return Contract(
        name=table["name"],
        version=document["version"],
        zone=Zone(choice_of(path, "zone", extra.get("zone"), [z.value for z in Zone])),
        person_level=extra.get("person_level") is True,
        description=text_of(path, table, "description", table["name"]),
        columns=columns,
        rules=tuple(_rule(path, table["name"], q) for q in table.get("quality", [])),
        key=tuple(p["name"] for p in properties if p.get("primaryKey"))
        or (shape.key if shape else ()),
        made_from=extra.get("made_from"),
        grain=tuple(extra.get("grain", ())),
        newest=Newest(
            choice_of(path, "newest", extra.get("newest", "delivery"), [n.value for n in Newest])
        ),
        activity_day=extra.get("activity_day"),
        indicators=tuple(indicator for indicator, _ in indicators),
        disclosure=read_disclosure(path, extra.get("disclosure"), indicators, shape),
    )


CONTRACT_PROPERTIES = frozenset(
    {
        "zone", "person_level", "made_from", "grain", "newest", "activity_day", "shape",
        "indicators", "disclosure",
    }
)  # fmt: skip
COLUMN_OPTIONS = frozenset({"pattern", "minimum", "maximum", "format"})
COLUMN_PROPERTIES = frozenset({"unit"})
RULE_PROPERTIES = frozenset({"over_table"})


@functools.cache
def _standard() -> Any:
    import jsonschema

    schema = importlib.resources.files("open_data_contract_standard") / "schema.json"
    return jsonschema.Draft201909Validator(json.loads(schema.read_text("utf-8")))


def _check_against_standard(path: Path, document: Mapping[str, Any]) -> None:
    errors = sorted(_standard().iter_errors(document), key=lambda e: list(map(str, e.path)))
    if errors:
        place = "/".join(map(str, errors[0].path)) or "the top"
        raise bad(
            path,
            f"does not follow the Open Data Contract Standard at {place}: {errors[0].message}.",
            "See https://bitol.io for the standard.",
        )
    if document.get("apiVersion") != "v3.1.0":
        raise bad(path, "has another apiVersion.", "Write apiVersion: v3.1.0.")


def _shape_of(
    path: Path, extra: Mapping[str, Any], shapes: Mapping[str, Contract]
) -> Contract | None:
    if "shape" not in extra:
        return None
    return shapes[choice_of(path, "shape", extra["shape"], list(shapes))]


def _column(path: Path, prop: Mapping[str, Any]) -> Column:
    name = prop["name"]
    options = prop.get("logicalTypeOptions") or {}
    refuse_unknown(path, f"{name}.logicalTypeOptions", options, COLUMN_OPTIONS)
    extra = _custom(path, prop, COLUMN_PROPERTIES)
    if not prop.get("examples"):
        raise bad(path, f"gives no example of '{name}'.", "Add examples: [one made-up value].")
    kinds = [c.value for c in Classification]
    types = [t.value for t in LogicalType]
    return Column(
        name=name,
        type=LogicalType(choice_of(path, f"{name}.logicalType", prop.get("logicalType"), types)),
        description=text_of(path, prop, "description", name),
        classification=Classification(
            choice_of(path, f"{name}.classification", prop.get("classification"), kinds)
        ),
        example=prop["examples"][0],
        required=prop.get("required", False),
        allowed=_allowed_values(path, prop),
        pattern=options.get("pattern"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        form=options.get("format"),
        unit=extra.get("unit"),
        made_from=prop.get("transformLogic"),
    )


def _allowed_values(path: Path, prop: Mapping[str, Any]) -> tuple[str, ...]:
    for quality in prop.get("quality", []):
        if quality.get("metric") != "invalidValues":
            raise bad(
                path,
                f"has a quality rule of '{prop['name']}' that is not metric: invalidValues.",
                "Put any other rule under the table's own quality.",
            )
        return tuple(str(v) for v in quality["arguments"]["validValues"])
    return ()


def _rule(path: Path, table: str, quality: Mapping[str, Any]) -> RowRule:
    code = quality.get("id")
    if not code or quality.get("engine") != "widebridge":
        raise bad(path, "has a table rule without id or engine: widebridge.", "Add them.")
    extra = _custom(path, quality, RULE_PROPERTIES)
    severities = [s.value for s in Severity]
    return RowRule(
        code=f"{table}.{code}",
        description=text_of(path, quality, "description", str(code)),
        condition=str(quality["implementation"]),
        severity=Severity(choice_of(path, f"{code}.severity", quality.get("severity"), severities)),
        over_table=extra.get("over_table") is True,
    )


def _custom(path: Path, holder: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    properties = {p["property"]: p["value"] for p in holder.get("customProperties") or []}
    refuse_unknown(path, "customProperties", properties, known)
    return properties
