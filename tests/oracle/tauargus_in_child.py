"""The tau-ARGUS engine on made-up tables, run as a program in an environment of its own.

Usage: python tauargus_in_child.py task.json answer.json, in a folder that is thrown away: the
engine writes microdata and cell values beside it. `tests/oracle/tauargus.py` calls it.
"""

# mypy: ignore-errors
# Runs in an environment of its own, whose packages the house does not have.
import itertools
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from pytauargus._tauargus import HiTaSCtrl, RounderCtrl, audit_jj
from pytauargus.engine import run_batch
from pytauargus.micro import micro_asc_rda

MINUTES = 10
COUNT = "people"
UNSAFE = range(3, 10)
HIDDEN_BY_MODULAR = (11, 12)
# The rounder's own constants, as its batch command sets them.
ROUNDER = {101: 1e-7, 102: 2.14e13, 103: 1e-4, 104: 1e-2}


def main() -> None:
    """Answer one task: after its modular method the engine does not survive a second table."""
    logging.disable(logging.CRITICAL)
    task = json.loads(Path(sys.argv[1]).read_text())
    with tempfile.TemporaryDirectory() as folder:
        Path(sys.argv[2]).write_text(json.dumps(answer(task, Path(folder))))


def answer(task: dict, folder: Path) -> dict:
    """What the engine makes of one table: its cells, and what each method asked for hides."""
    engine = tabulated(task, folder)
    jj = JJ(exported(engine, folder))
    if task["levels"] is not None:
        jj.ask_for(*task["levels"])
    jj.weigh_by_value()
    found = {"codes": codes_of(engine, task), **jj.columns()}
    found["methods"] = {m: METHODS[m](engine, jj, task, folder) for m in task["methods"]}
    return found


def tabulated(task: dict, folder: Path) -> object:
    """An engine that has counted the microdata and found the unsafe cells by its own rule."""
    names = [d["name"] for d in task["dimensions"]]
    hierarchies = {}
    for dimension in task["dimensions"]:
        path = folder / f"{dimension['name']}.hrc"
        path.write_text("".join(f"{line}\n" for line in dimension["lines"]))
        hierarchies[dimension["name"]] = str(path)
    people = [row[:-1] for row in task["rows"] for _ in range(row[-1])]
    columns = {name: [p[i] for p in people] for i, name in enumerate(names)}
    micro, meta = str(folder / "micro.asc"), str(folder / "micro.rda")
    micro_asc_rda(
        {**columns, COUNT: [1] * len(people)},
        asc_filename=micro,
        rda_filename=meta,
        hrc=hierarchies,
        hierleadstring="@",
        totcode="Total",
    )
    batch = folder / "batch.arb"
    across = "".join(f'"{name}"' for name in names)
    batch.write_text(
        f'<OPENMICRODATA> "{micro}"\n<OPENMETADATA> "{meta}"\n'
        f'<SPECIFYTABLE> {across}|"{COUNT}"||\n'
        f"<SAFETYRULE> FREQ({task['threshold'] + 1},{task['percent']})\n<READMICRODATA>\n"
    )
    return run_batch(str(batch))


def exported(engine: object, folder: Path, *, rounding: bool = False) -> str:
    """The engine's problem file: every cell with its levels, and every sum between cells."""
    path = folder / "problem.jj"
    highest = max(
        engine._tau.get_table_cell_value(0, i)
        for i in range(engine._tau.get_total_table_size(0)[0])
    )
    if not engine._tau.write_jj_format(0, str(path), 0, highest, False, False, rounding):
        raise RuntimeError("the problem file cannot be written")
    return path.read_text()


def codes_of(engine: object, task: dict) -> list[list[str]]:
    """The codes of each cell in the engine's order; the total is empty."""
    each = []
    for i in range(len(task["dimensions"])):
        active = engine._tau.get_var_number_of_codes(i)[1]
        each.append([engine._tau.get_var_code(i, c)[2].strip() for c in range(active)])
    return [
        ["" if code == "Total" else code for code in codes] for codes in itertools.product(*each)
    ]


class JJ:
    """A problem file: a line a cell (number, value, weight, status, bounds, levels), then sums."""

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        size = int(lines[1])
        self.cells = [line.split() for line in lines[2 : 2 + size]]
        self.sums = lines[2 + size :]

    def ask_for(self, lower: float, upper: float) -> None:
        """Other protection levels for the unsafe cells; never below what a value allows."""
        for cell in self.cells:
            if cell[3] == "u":
                cell[6:8] = [f"{min(lower, float(cell[1])):.6f}", f"{upper:.6f}"]

    def weigh_by_value(self) -> None:
        """Cost is the value itself; the engine would scale it to 20,000 and round."""
        for cell in self.cells:
            cell[2] = str(max(1, round(float(cell[1]))))

    def hiding(self, hidden: list[bool]) -> str:
        """The file with further cells marked as hidden."""
        marked = [list(cell) for cell in self.cells]
        for cell, hide in zip(marked, hidden, strict=True):
            if hide and cell[3] == "s":
                cell[3] = "m"
        return self.text(marked)

    def text(self, cells: list | None = None) -> str:
        """The file again."""
        lines = [" ".join(cell) for cell in (cells or self.cells)]
        return "\n".join(["0", str(len(lines)), *lines, *self.sums, ""])

    def columns(self) -> dict:
        """What the engine is asked to solve, cell by cell."""
        return {
            "value": [round(float(c[1])) for c in self.cells],
            "status": [c[3] for c in self.cells],
            "lower_bound": [float(c[4]) for c in self.cells],
            "upper_bound": [float(c[5]) for c in self.cells],
            "lower_level": [float(c[6]) for c in self.cells],
            "upper_level": [float(c[7]) for c in self.cells],
            "sliding_level": [float(c[8]) for c in self.cells],
        }


def optimal(_engine: object, jj: JJ, _task: dict, folder: Path) -> dict:
    """Fischetti and Salazar's optimum."""
    problem, solution = folder / "optimal.jj", folder / "optimal.out"
    problem.write_text(jj.text())
    started = time.perf_counter()
    result = HiTaSCtrl().full_jj(in_file_jj=str(problem), out_file=str(solution), max_time=MINUTES)
    if result > 1:
        raise RuntimeError(f"the optimal method failed with {result}")
    seconds = time.perf_counter() - started
    chosen = {int(line.split()[0]) for line in solution.read_text().splitlines() if line.strip()}
    return audited(
        jj, [i in chosen or c[3] == "u" for i, c in enumerate(jj.cells)], seconds, folder
    )


def modular(engine: object, jj: JJ, _task: dict, folder: Path) -> dict:
    """HiTaS, sub-table by sub-table, with the levels of the problem file."""
    tau = engine._tau
    for i, cell in enumerate(jj.cells):
        if cell[3] == "u":
            tau.set_table_cell_protection_levels(0, i, float(cell[6]), float(cell[7]))
    names = (str(folder / "parameters.txt"), str(folder / "files.txt"))
    started = time.perf_counter()
    if not tau.prepare_hitas(0, *names, str(folder)):
        raise RuntimeError("the modular method cannot be prepared")
    result = HiTaSCtrl().a_hitas(
        pars_file=names[0],
        files_file=names[1],
        max_time=MINUTES,
        single_with_single=False,
        single_with_more=False,
        do_count_bounds=False,
    )
    if result > 0:
        raise RuntimeError(f"the modular method failed with {result}")
    tau.set_secondary_hitas(0)
    seconds = time.perf_counter() - started
    statuses = [tau.get_table_cell_status(0, i) for i in range(len(jj.cells))]
    hidden = [s in UNSAFE or s in HIDDEN_BY_MODULAR for s in statuses]
    return audited(jj, hidden, seconds, folder)


def given(engine: object, jj: JJ, task: dict, folder: Path) -> dict:
    """The engine's audit of a pattern that somebody else made."""
    hidden = {tuple(codes) for codes in task["hidden"]}
    cells = codes_of(engine, task)
    return audited(jj, [tuple(codes) in hidden for codes in cells], 0.0, folder)


def audited(jj: JJ, hidden: list[bool], seconds: float, folder: Path) -> dict:
    """A pattern with the engine's own audit of it."""
    path = folder / "audit.jj"
    path.write_text(jj.hiding(hidden))
    rows = audit_jj(str(path))
    return {
        "hidden": hidden,
        "value": jj.columns()["value"],
        "seconds": seconds,
        "audit": [[r["cell"], r["min"], r["max"], bool(r["unsafe"])] for r in rows],
    }


def rounded(engine: object, _jj: JJ, task: dict, folder: Path) -> dict:
    """Salazar's zero-restricted controlled rounding."""
    problem, solution = folder / "rounding.jj", folder / "rounding.out"
    jj = JJ(exported(engine, folder, rounding=True))
    for cell in jj.cells:
        cell[2:4] = ["1", "s"]
        # Its bound is the grand total itself, which then could not be rounded up.
        cell[5] = str(float(cell[5]) + task["base"])
        cell[6:9] = ["0", "0", "0"]
    problem.write_text(jj.text())
    rounder = RounderCtrl()
    for name, value in ROUNDER.items():
        rounder.set_double_constant(name, value)
    started = time.perf_counter()
    result, *_ = rounder.do_round(
        solver="SCIP",
        in_file=str(problem),
        base=float(task["base"]),
        upper_bound=[1e40],
        lower_bound=[0.0],
        solution_file=str(solution),
        statistics_file=str(folder / "rounding.stat"),
        max_time=MINUTES,
    )
    if result > 0:
        raise RuntimeError(f"the rounding failed with {result}")
    return {
        "seconds": time.perf_counter() - started,
        "values": rounded_values(solution.read_text(), len(jj.cells)),
    }


def rounded_values(text: str, size: int) -> list[int]:
    """Lines such as `9 from 1.0 to 0.0`."""
    told = [line.split() for line in text.splitlines() if " to " in line]
    values = {int(words[0]): round(float(words[-1])) for words in told}
    return [values[i] for i in range(size)]


METHODS = {"OPT": optimal, "MOD": modular, "GIVEN": given, "RND": rounded}


if __name__ == "__main__":
    main()
