"""Asks the tau-ARGUS engine (pytauargus) about made-up tables, in an environment of its own.

The engine counts microdata itself, finds the unsafe cells by its own rule and writes its own
problem, so that only the table's people are told to it, not our model of the table.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.protect.attack import Dimension
from tests.oracle.tables import Table, codes_of
from tests.side_environment import python_of

PROGRAM = Path(__file__).parent / "tauargus_in_child.py"

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Question:
    """A table, the rule, and what is asked: OPT, MOD, RND, or GIVEN for a pattern of ours.

    Levels are how far above and below an unsafe value an attacker must not be able to exclude.
    They are `percent` of the value, at least 1, unless `levels` (below, above) says otherwise.
    """

    table: Table
    methods: tuple[str, ...] = ("OPT",)
    threshold: int = 7
    percent: int = 50
    levels: tuple[float, float] | None = None
    hidden: Flags | None = None
    base: int = 5


@dataclass(frozen=True)
class Pattern:
    """Which cells a method hides, and the engine's own audit of it."""

    hidden: Flags
    seconds: float
    smallest: Floats
    largest: Floats
    unsafe: Flags


@dataclass(frozen=True)
class Answer:
    """The engine's view of a table, in the order of `Table.cells`."""

    values: Ints
    primary: Flags
    lower_level: Floats
    upper_level: Floats
    sliding_level: Floats
    known: tuple[Floats, Floats]
    patterns: dict[str, Pattern]
    rounded: Ints | None


def ask(question: Question) -> Answer:
    """What the engine says, run in an environment and a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        # The engine writes logs and solver files where it runs.
        task, answer = Path(folder) / "task.json", Path(folder) / "answer.json"
        task.write_text(json.dumps(_task(question)))
        command = [str(python_of("pytauargus")), str(PROGRAM), str(task), str(answer)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the engine failed ({done.returncode}): {done.stderr[-2000:]}")
        return _answer(question, json.loads(answer.read_text()))


def _task(question: Question) -> dict[str, Any]:
    table = question.table
    short = _short_codes(table)
    leaves = [[s[leaf] for leaf in d.leaves] for s, d in zip(short, table.dimensions, strict=True)]
    hidden = np.flatnonzero(question.hidden if question.hidden is not None else [])
    codes = _cell_codes(table)
    return {
        "dimensions": [
            {"name": f"v{i}", "lines": _outline(d, short[i])}
            for i, d in enumerate(table.dimensions)
        ],
        "rows": [
            [*(codes[i] for codes, i in zip(leaves, at, strict=True)), int(table.counts[at])]
            for at in np.ndindex(table.counts.shape)
            if table.counts[at]
        ],
        "threshold": question.threshold,
        "percent": question.percent,
        "levels": question.levels,
        "methods": question.methods,
        "hidden": [codes[i] for i in hidden],
        "base": question.base,
    }


def _short_codes(table: Table) -> list[dict[str, str]]:
    """Codes of one length: the engine pads others."""
    return [
        {"": "", **{code: f"{chr(ord('a') + i)}{n:04}" for n, code in enumerate(codes_of(d))}}
        for i, d in enumerate(table.dimensions)
    ]


def _cell_codes(table: Table) -> list[list[str]]:
    short = _short_codes(table)
    names = [d.name for d in table.dimensions]
    return [[s[cell.get(n, "")] for n, s in zip(names, short, strict=True)] for cell in table.cells]


def _outline(dimension: Dimension, short: dict[str, str]) -> list[str]:
    """The hierarchy as the engine reads it: what lies within a code follows it, one `@` deeper."""
    within = {code: set(dimension.leaves_of(code)) for code in codes_of(dimension)}
    position = {leaf: i for i, leaf in enumerate(dimension.leaves)}
    first = {code: min(position[leaf] for leaf in leaves) for code, leaves in within.items()}
    order = sorted(within, key=lambda code: (first[code], -len(within[code])))
    above = {code: sum(within[code] < other for other in within.values()) for code in order}
    return [f"{'@' * above[code]}{short[code]}" for code in order]


def _answer(question: Question, found: dict[str, Any]) -> Answer:
    place = {tuple(codes): i for i, codes in enumerate(found["codes"])}
    order = np.array([place.pop(tuple(codes)) for codes in _cell_codes(question.table)])
    if place:
        raise RuntimeError("the engine's table has cells that ours has not")

    def floats(name: str) -> Floats:
        column: Floats = np.array(found[name], dtype=np.float64)[order]
        return column

    methods = dict(found["methods"])
    rounded = methods.pop("RND", None)
    return Answer(
        values=floats("value").astype(np.int64),
        primary=np.array([status == "u" for status in found["status"]])[order],
        lower_level=floats("lower_level"),
        upper_level=floats("upper_level"),
        sliding_level=floats("sliding_level"),
        known=(floats("lower_bound"), floats("upper_bound")),
        patterns={name: _pattern(method, order) for name, method in methods.items()},
        rounded=None if rounded is None else np.array(rounded["values"])[order],
    )


def _pattern(found: dict[str, Any], order: Ints) -> Pattern:
    """The audit tells of hidden cells only; what is shown is known."""
    smallest, largest = np.array([found["value"], found["value"]], dtype=np.float64)
    unsafe = np.zeros(len(order), dtype=bool)
    for cell, low, high, is_unsafe in found["audit"]:
        smallest[cell], largest[cell], unsafe[cell] = low, high, is_unsafe
    return Pattern(
        np.array(found["hidden"])[order],
        float(found["seconds"]),
        smallest[order],
        largest[order],
        unsafe[order],
    )
