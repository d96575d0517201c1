"""Contracts: Open Data Contract Standard 3.1 files, read strictly into frozen dataclasses.

The file is the only declaration of a table's shape. Arrow schemas, empty tables, expectations,
the data dictionary and Parquet field metadata all come from what is read here.
"""

import functools
import importlib.resources
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from pipelines.core.errors import BadContract


class Zone(StrEnum):
    """How far data may travel."""

    RED = "red"
    """People are identifiable."""
    AMBER = "amber"
    """Pseudonyms: inside the linked store only."""
    GREEN = "green"
    """No people in it, or protected: safe to leave."""


class Classification(StrEnum):
    """What a column says about a person."""

    IDENTIFIER = "identifier"
    QUASI_IDENTIFIER = "quasi_identifier"
    SENSITIVE = "sensitive"
    NONE = "none"


class Severity(StrEnum):
    """What a broken rule does."""

    STOP = "stop"
    """The delivery stops."""
    DROP = "drop"
    """The row goes to quarantine."""
    NOTE = "note"
    """The row stays and is counted."""


class Newest(StrEnum):
    """Which rows of the store count when several deliveries hold the same table."""

    ALL = "all"
    """Every row of every delivery."""
    ROW = "row"
    """The newest delivery's row of each key."""
    DELIVERY = "delivery"
    """Only the newest delivery of each provider: it replaces those before it."""


class LogicalType(StrEnum):
    """The column types that contracts use."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class Statistic(StrEnum):
    """What an indicator's value is."""

    COUNT = "count"
    PROPORTION = "proportion"
    MEAN = "mean"


@dataclass(frozen=True)
class Column:
    """One column. `form` names a normal form (see `validate.forms`); `made_from` is SQL."""

    name: str
    type: LogicalType
    description: str
    classification: Classification
    example: object
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    form: str | None = None
    unit: str | None = None
    made_from: str | None = None

    def rules_in_english(self) -> list[str]:
        """The column's rules as sentences, for the dictionary and for reports."""
        rules = []
        if self.required:
            rules.append("must be given")
        if self.allowed:
            rules.append("is one of " + ", ".join(self.allowed))
        if self.pattern:
            rules.append(f"matches {self.pattern}")
        if self.minimum is not None:
            rules.append(f"is at least {self.minimum:g}")
        if self.maximum is not None:
            rules.append(f"is at most {self.maximum:g}")
        if self.form:
            rules.append(f"is a valid {self.form.replace('_', ' ')}")
        return rules


@dataclass(frozen=True)
class RowRule:
    """A rule about a row. `condition` is SQL that is true of a row that BREAKS the rule.

    `over_table` says that the condition looks at neighbouring rows (a window), so it is judged
    among the rows that every earlier rule let pass.
    """

    code: str
    description: str
    condition: str
    severity: Severity
    over_table: bool = False


@dataclass(frozen=True)
class Indicator:
    """What a published number means, as an analyst would ask it."""

    id: str
    name: str
    definition: str
    statistic: Statistic
    unit: str
    numerator: str
    denominator: str
    ci_method: str
    polarity: str
    source: str
    caveat: str
    age_base: str = ""


@dataclass(frozen=True)
class Contract:
    """One table's contract."""

    name: str
    version: str
    zone: Zone
    person_level: bool
    description: str
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = ()
    key: tuple[str, ...] = ()
    made_from: str | None = None
    grain: tuple[str, ...] = ()
    newest: Newest = Newest.DELIVERY
    activity_day: str | None = None
    indicators: tuple[Indicator, ...] = ()

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Names of the columns that identify a person directly."""
        return tuple(c.name for c in self.columns if c.classification is Classification.IDENTIFIER)

    @property
    def label(self) -> str:
        """`name/version`, as manifests and Parquet metadata show it."""
        return f"{self.name}/{self.version}"

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Contracts:
    """All contracts of one folder, found by listing it."""

    by_group: Mapping[str, Mapping[str, Contract]]

    def __iter__(self) -> Iterator[Contract]:
        for group in self.by_group.values():
            yield from group.values()

    def delivered(self, table: str) -> Contract:
        """The canonical or reference contract that a delivery's file is cast to."""
        for group in ("canonical", "reference"):
            if table in self.by_group[group]:
                return self.by_group[group][table]
        raise BadContract(
            "contract-unknown-table",
            f"there is no contract for the table '{table}'.",
            "Name one of: "
            + ", ".join([*self.by_group["canonical"], *self.by_group["reference"]])
            + ".",
        )

    def linked(self, table: str) -> Contract:
        """The contract of a table of the linked store."""
        return self.by_group["linked"][table]

    def linked_from(self, table: str) -> tuple[Contract, ...]:
        """What the border makes of a canonical, person-level table."""
        return tuple(c for c in self.by_group["linked"].values() if c.made_from == table)

    def store_tables(self) -> tuple[Contract, ...]:
        """Every table that the linked store keeps: linked ones and tables without people."""
        open_tables = [
            c
            for group in ("canonical", "reference")
            for c in self.by_group[group].values()
            if not c.person_level
        ]
        return (*self.by_group["linked"].values(), *open_tables)

    def output(self, dataset: str) -> Contract:
        """The contract of a published dataset."""
        return self.by_group["outputs"][dataset]

    @property
    def outputs(self) -> tuple[Contract, ...]:
        """Every published dataset, by name."""
        return tuple(self.by_group["outputs"].values())

    def shape(self, name: str) -> Contract:
        """A shape that several datasets share."""
        return self.by_group["shapes"][name]


GROUPS = ("canonical", "reference", "linked", "shapes", "outputs")


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
            raise _bad(path, f"is named '{contract.name}' inside.", "Give both the same name.")
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
        raise _bad(path, "must describe exactly one table.", "Split it into one file per table.")
    table = tables[0]
    extra = _custom(path, document, CONTRACT_PROPERTIES)
    shape = _shape_of(path, extra, shapes or {})
    properties = table.get("properties") or []
    columns = (*(shape.columns if shape else ()), *(_column(path, p) for p in properties))
    if not columns:
        raise _bad(path, "has no columns.", "List them under schema.properties.")
    return Contract(
        name=table["name"],
        version=document["version"],
        zone=Zone(_choice(path, "zone", extra.get("zone"), [z.value for z in Zone])),
        person_level=extra.get("person_level") is True,
        description=_text(path, table, "description", table["name"]),
        columns=columns,
        rules=tuple(_rule(path, table["name"], q) for q in table.get("quality", [])),
        key=tuple(p["name"] for p in properties if p.get("primaryKey"))
        or (shape.key if shape else ()),
        made_from=extra.get("made_from"),
        grain=tuple(extra.get("grain", ())),
        newest=Newest(
            _choice(path, "newest", extra.get("newest", "delivery"), [n.value for n in Newest])
        ),
        activity_day=extra.get("activity_day"),
        indicators=tuple(_indicator(path, i) for i in extra.get("indicators", ())),
    )


CONTRACT_PROPERTIES = frozenset(
    {"zone", "person_level", "made_from", "grain", "newest", "activity_day", "shape", "indicators"}
)
COLUMN_OPTIONS = frozenset({"pattern", "minimum", "maximum", "format"})
COLUMN_PROPERTIES = frozenset({"unit"})
RULE_PROPERTIES = frozenset({"over_table"})


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML mapping with plain tags, no aliases and no repeated keys."""
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=_StrictLoader)  # noqa: S506 (safe)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" near line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not UTF-8 text"
    else:
        if isinstance(document, dict):
            return document
        place, problem = "", "it is not a mapping"
    raise _bad(path, f"cannot be read{place}: {problem}.", "Correct the YAML.")


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML that refuses aliases (a 271-byte file can grow to 9^8 items) and repeated keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.composer.ComposerError(None, None, "an alias is used", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# Plain words and numbers as in YAML 1.2: a column may be called No, and 0123 keeps its nought.
_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"0|-?[1-9][0-9]*", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


@functools.cache
def _standard() -> Any:
    import jsonschema

    schema = importlib.resources.files("open_data_contract_standard") / "schema.json"
    return jsonschema.Draft201909Validator(json.loads(schema.read_text("utf-8")))


def _check_against_standard(path: Path, document: Mapping[str, Any]) -> None:
    errors = sorted(_standard().iter_errors(document), key=lambda e: list(map(str, e.path)))
    if errors:
        place = "/".join(map(str, errors[0].path)) or "the top"
        raise _bad(
            path,
            f"does not follow the Open Data Contract Standard at {place}: {errors[0].message}.",
            "See https://bitol.io for the standard.",
        )
    if document.get("apiVersion") != "v3.1.0":
        raise _bad(path, "has another apiVersion.", "Write apiVersion: v3.1.0.")


def _shape_of(
    path: Path, extra: Mapping[str, Any], shapes: Mapping[str, Contract]
) -> Contract | None:
    if "shape" not in extra:
        return None
    return shapes[_choice(path, "shape", extra["shape"], list(shapes))]


def _column(path: Path, prop: Mapping[str, Any]) -> Column:
    name = prop["name"]
    options = prop.get("logicalTypeOptions") or {}
    _refuse_unknown(path, f"{name}.logicalTypeOptions", options, COLUMN_OPTIONS)
    extra = _custom(path, prop, COLUMN_PROPERTIES)
    if not prop.get("examples"):
        raise _bad(path, f"gives no example of '{name}'.", "Add examples: [one made-up value].")
    kinds = [c.value for c in Classification]
    types = [t.value for t in LogicalType]
    return Column(
        name=name,
        type=LogicalType(_choice(path, f"{name}.logicalType", prop.get("logicalType"), types)),
        description=_text(path, prop, "description", name),
        classification=Classification(
            _choice(path, f"{name}.classification", prop.get("classification"), kinds)
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
            raise _bad(
                path,
                f"has a quality rule of '{prop['name']}' that is not metric: invalidValues.",
                "Put any other rule under the table's own quality.",
            )
        return tuple(str(v) for v in quality["arguments"]["validValues"])
    return ()


def _rule(path: Path, table: str, quality: Mapping[str, Any]) -> RowRule:
    code = quality.get("id")
    if not code or quality.get("engine") != "widebridge":
        raise _bad(path, "has a table rule without id or engine: widebridge.", "Add them.")
    extra = _custom(path, quality, RULE_PROPERTIES)
    severities = [s.value for s in Severity]
    return RowRule(
        code=f"{table}.{code}",
        description=_text(path, quality, "description", str(code)),
        condition=str(quality["implementation"]),
        severity=Severity(_choice(path, f"{code}.severity", quality.get("severity"), severities)),
        over_table=extra.get("over_table") is True,
    )


def _indicator(path: Path, entry: Mapping[str, Any]) -> Indicator:
    known = Indicator.__dataclass_fields__
    _refuse_unknown(path, "indicators", entry, known)
    missing = sorted(set(known) - set(entry) - {"age_base"})
    if missing:
        raise _bad(path, f"has an indicator without {', '.join(missing)}.", "Add them.")
    statistics = [s.value for s in Statistic]
    statistic = Statistic(_choice(path, "statistic", entry["statistic"], statistics))
    texts = {key: str(value) for key, value in entry.items() if key != "statistic"}
    return Indicator(statistic=statistic, **texts)


def _custom(path: Path, holder: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    properties = {p["property"]: p["value"] for p in holder.get("customProperties") or []}
    _refuse_unknown(path, "customProperties", properties, known)
    return properties


def _refuse_unknown(path: Path, place: str, given: Mapping[str, Any], known: Any) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise _bad(
            path,
            f"has unknown keys in {place}: {', '.join(unknown)}.",
            f"Known ones are {', '.join(sorted(known))}.",
        )


def _text(path: Path, holder: Mapping[str, Any], key: str, of: str) -> str:
    text = str(holder.get(key) or "").strip()
    if not text:
        raise _bad(path, f"gives no {key} of '{of}'.", "Write one sentence.")
    return " ".join(text.split())


def _choice(path: Path, place: str, value: object, choices: Sequence[str]) -> str:
    if value not in choices:
        raise _bad(path, f"has no valid {place}.", f"Choose one of: {', '.join(choices)}.")
    return str(value)


def _bad(path: Path, problem: str, advice: str) -> BadContract:
    return BadContract("contract-invalid", f"{path.parent.name}/{path.name} {problem}", advice)
