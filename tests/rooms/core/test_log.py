"""The ledger is the one log: what may stand in it is an allow-list, and libraries say nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.log import allowed
from pipelines.core.ports import Fact
from pipelines.core.settings import PROJECT

NHS_NUMBER = 9990000018


@pytest.mark.parametrize(
    "facts",
    [
        {"provider": "harbour_leisure", "delivery": "0f3a9c1be2d4", "already_in": 0},
        {"code": "consent-missing", "provider": "parkside_trust"},
        {"key": "d7c5a37d", "kind": "root", "epoch": 2, "opened_by": "passphrase"},
        {"officer": "Ann Officer", "role": "Caldicott Guardian", "demo": True, "people": None},
        {"dag": "intake_x", "task": "take_in", "run": "manual__2026-10-15T00:00:00+00:00"},
    ],
)
def test_what_is_on_the_list_is_kept(facts: dict[str, Fact]) -> None:
    assert allowed(facts) == facts


@pytest.mark.parametrize(
    "facts",
    [
        {"nhs_number": str(NHS_NUMBER)},
        {"rows": NHS_NUMBER},
        {"score": float(NHS_NUMBER)},
        {"provider": "Ann Person"},
        {"delivery": "people_of_ann.csv"},
        {"code": "XA1 1AA"},
        {"reason": f"asked for {NHS_NUMBER}"},
        {"reason": "ann@mail.example"},
        {"Ann Person": 1},
        {"message": "could not convert"},
    ],
)
def test_what_is_not_on_the_list_is_left_out_and_counted(facts: dict[str, Fact]) -> None:
    assert allowed(facts) == {"left_out": 1}


def test_the_ledger_keeps_to_the_list(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "ledger.jsonl")
    ledger.record("stored", provider="a", person=str(NHS_NUMBER))
    (entry,) = ledger.entries()
    assert entry["facts"] == {"left_out": 1, "provider": "a"}


def test_no_module_but_those_two_speaks_to_a_logger() -> None:
    """`core/log.py` turns libraries' lines off; the other quietens Great Expectations."""
    files = [*(PROJECT / "pipelines").rglob("*.py"), *(PROJECT / "dags").rglob("*.py")]
    logging_ones = {path.name for path in files if {"logging", "structlog"} & _imported(path)}
    assert len(files) > 80
    assert logging_ones == {"log.py", "expectations.py"}


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    return plain | {str(n.module).split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom)}


SPEAKING = """
import logging, sys, threading, warnings
from pipelines.core.log import tell_no_values
tell_no_values()
logging.getLogger("a.library").critical("bad value %s", sys.argv[1])
warnings.warn(sys.argv[1])
class Stray:
    def __del__(self):
        raise ValueError(sys.argv[1])
Stray()
thread = threading.Thread(target=lambda: int("x" + sys.argv[1]))
thread.start()
thread.join()
raise KeyError(sys.argv[1])
"""


def test_a_library_tells_no_value_by_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPEAKING, str(NHS_NUMBER)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert str(NHS_NUMBER) not in said
    assert said.count("withheld") == 3
