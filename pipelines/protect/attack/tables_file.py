"""Reads a set of published tables from its documented form: one YAML file, and CSV beside it.

Whatever is wrong is told by file, table, row and column; never by the value that stands there.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pipelines.core.errors import BadContract, BadTables
from pipelines.core.strict_yaml import read_yaml
from pipelines.protect.attack.dimension import Dimension
from pipelines.protect.attack.publishing_rule import (
    BUILT_IN,
    Mark,
    Numbers,
    PublishingRule,
    Zero,
    checked_rule,
)
from pipelines.protect.attack.tables import (
    EVERY,
    POPULATION,
    Cell,
    Change,
    PublishedTables,
    Release,
    population_code,
    population_dimension,
)

MARKS = ("*", "c", "x", "[REDACTED]", "[c]", "..")
TOTALS = ("all", "")
EVERYONE = "people"

Word = TypeVar("Word", bound=StrEnum)


def read_tables(path: Path) -> PublishedTables:
    """The published tables that a file describes."""
    document = _document(path)
    _only(document, ("dimensions", "populations", "rules", "releases", "marks", "tables"), "file")
    dimensions = _dimensions(_mapping(document.get("dimensions"), "dimensions"))
    within = _populations(_mapping(document.get("populations", {EVERYONE: None}), "populations"))
    rules = {**BUILT_IN, **_rules(_mapping(document.get("rules", {}), "rules"))}
    releases = _releases(_sequence(document.get("releases", ["only"]), "releases"))
    marks = tuple(str(m) for m in _sequence(document.get("marks", MARKS), "marks"))
    reader = _CellReader(path.parent, dimensions, within, rules, releases, marks)
    tables = _sequence(document.get("tables"), "tables")
    cells = [c for number, t in enumerate(tables, 1) for c in reader.cells(t, number)]
    everything = (*dimensions.values(), population_dimension(within))
    return PublishedTables(everything, tuple(cells), releases, within)


def _document(path: Path) -> dict[str, Any]:
    problem = "there is no such file"
    if path.is_file():
        try:
            return read_yaml(path)
        except BadContract as bad:
            problem = bad.message
    raise BadTables("tables-unreadable", f"the tables' file: {problem}", "Correct the file.")


def _dimensions(document: Mapping[str, Any]) -> dict[str, Dimension]:
    found = {}
    for name, content in document.items():
        where = f"dimension {name}"
        _only(_mapping(content, where), ("leaves", "groups"), where)
        leaves = _words(content.get("leaves"), where)
        groups = {
            str(code): _words(of, where)
            for code, of in _mapping(content.get("groups", {}), where).items()
        }
        strange = [g for g in groups.values() if not set(g) <= set(leaves)]
        if strange or set(groups) & set(leaves) or len(set(leaves)) < len(leaves):
            _refuse(where, "a group with an unknown leaf, or a code that is given twice")
        if name in (POPULATION, "value", "release"):
            _refuse(where, "a name that has another meaning")
        found[str(name)] = Dimension(str(name), leaves, groups)
    return found


def _populations(document: Mapping[str, Any]) -> dict[str, str]:
    within = {}
    for name, content in document.items():
        _only(content or {}, ("within",), f"population {name}")
        within[str(name)] = str((content or {}).get("within", ""))
    for name in within:
        above, seen = within[name], {name}
        while above:
            if above in seen or above not in within:
                _refuse(f"population {name}", "a `within` that is unknown or goes round")
            seen.add(above)
            above = within[above]
    return within


def _rules(document: Mapping[str, Any]) -> dict[str, PublishingRule]:
    found = {}
    for name, content in document.items():
        where = f"rule {name}"
        known = ("numbers", "step", "hide_from", "hide_to", "mark", "zero")
        _only(_mapping(content, where), known, where)
        rule = PublishingRule(
            _word(Numbers, content.get("numbers", "exact"), where),
            _whole(content.get("step", 1), where),
            _whole(content.get("hide_from", 1), where),
            _whole(content.get("hide_to", 0), where),
            _word(Mark, content.get("mark", "anything"), where),
            _word(Zero, content.get("zero", "kept"), where),
        )
        found[str(name)] = checked_rule(rule, str(name))
    return found


def _releases(document: Sequence[Any]) -> tuple[Release, ...]:
    found: list[Release] = []
    for item in document:
        content = item if isinstance(item, dict) else {"name": item}
        where = f"release {len(found) + 1}"
        _only(content, ("name", "changes"), where)
        name, changes = str(content.get("name", "")), content.get("changes", "unknown")
        if not name or name == EVERY or name in [r.name for r in found]:
            _refuse(where, "a name that is missing, reserved or given twice")
        if isinstance(changes, int):
            found.append(Release(name, Change.AT_MOST, _whole(changes, where)))
        else:
            found.append(Release(name, _word(Change, changes, where)))
    return tuple(found)


class _CellReader:
    """Reads the cells of one table after the other."""

    def __init__(
        self,
        folder: Path,
        dimensions: Mapping[str, Dimension],
        within: Mapping[str, str],
        rules: Mapping[str, PublishingRule],
        releases: Sequence[Release],
        marks: Sequence[str],
    ) -> None:
        self._folder, self._dimensions, self._within = folder, dimensions, within
        self._rules, self._marks = rules, marks
        self._releases = [EVERY, *(r.name for r in releases)]

    def cells(self, document: Any, number: int) -> list[Cell]:
        """All cells of a table."""
        where = f"table {number}"
        known = ("name", "rule", "population", "release", "file", "cells")
        _only(_mapping(document, where), known, where)
        name = str(document.get("name", number))
        if document.get("rule") not in self._rules:
            _refuse(where, "a rule that is neither built in nor under `rules`")
        rule = self._rules[document["rule"]]
        population = str(document.get("population", next(iter(self._within))))
        release = str(document.get("release", self._releases[1]))
        return [
            self._cell({POPULATION: population, "release": release, **row}, name, line, rule)
            for line, row in self._rows(document, where)
        ]

    def _rows(self, document: Mapping[str, Any], where: str) -> list[tuple[int, dict[str, str]]]:
        """The number of each row, the header being the first, and its fields by name."""
        if ("file" in document) == ("cells" in document):
            _refuse(where, "both or neither of `file` and `cells`")
        text = str(document.get("cells", ""))
        if "file" in document:
            path = self._folder / str(document["file"])
            if not path.is_file():
                _refuse(where, "a `file` that is not beside the YAML")
            text = path.read_text("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), skipinitialspace=True))
        header = [name.strip() for name in rows[0]] if rows else []
        known = {*self._dimensions, POPULATION, "release", "value"}
        if "value" not in header or not set(header) <= known or len(set(header)) < len(header):
            _refuse(where, "a header that is not `value` and names of dimensions")
        if any(row and len(row) != len(header) for row in rows):
            _refuse(where, "a row with more or fewer fields than its header")
        return [
            (line, dict(zip(header, (field.strip() for field in row), strict=True)))
            for line, row in enumerate(rows[1:], 2)
            if row
        ]

    def _cell(self, row: Mapping[str, str], table: str, line: int, rule: PublishingRule) -> Cell:
        def refuse(column: str) -> NoReturn:
            _refuse(f"table {table}, row {line}, column {column}", "what is not declared")

        if row[POPULATION] not in self._within:
            refuse(POPULATION)
        if row["release"] not in self._releases:
            refuse("release")
        at = {n: row[n] for n in self._dimensions if n in row and row[n] not in TOTALS}
        for name, code in at.items():
            if (
                code not in self._dimensions[name].leaves
                and code not in self._dimensions[name].groups
            ):
                refuse(name)
        printed = None if row["value"] in self._marks else row["value"]
        if printed is not None and not printed.isdecimal():
            refuse("value")
        at[POPULATION] = population_code(row[POPULATION])
        return Cell(
            table, line, row["release"], at, None if printed is None else int(printed), rule
        )


def _only(content: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    if not isinstance(content, dict) or set(content) - set(known):
        _refuse(where, f"something other than {', '.join(known)}")


def _mapping(content: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        _refuse(where, "no mapping")
    return content


def _sequence(content: Any, where: str) -> Sequence[Any]:
    if not isinstance(content, list | tuple) or not content:
        _refuse(where, "no list")
    return content


def _words(content: Any, where: str) -> tuple[str, ...]:
    return tuple(str(word) for word in _sequence(content, where))


def _whole(content: Any, where: str) -> int:
    if not isinstance(content, int) or content < 0:
        _refuse(where, "a number that is not whole")
    return content


def _word(words: type[Word], content: Any, where: str) -> Word:
    if content not in list(words):
        _refuse(where, f"a word other than {', '.join(words)}")
    return words(content)


def _refuse(where: str, problem: str) -> NoReturn:
    raise BadTables(
        "tables-form",
        f"the tables' file has, at {where}: {problem}.",
        "The form is in docs/how-to/audit-your-own-tables.md.",
    )
