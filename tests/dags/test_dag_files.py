"""The DAG files: as many DAGs as agreements, light to parse, and every task under our terms."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.agreement import Agreement, load_agreements
from pipelines.core.settings import PROJECT
from tests.dags.airflow_servers import airflow_environment, run_python

pytestmark = pytest.mark.airflow

AGREEMENTS = load_agreements(PROJECT / "schemas")
HEAVY = ["duckdb", "great_expectations", "numpy", "pandas", "pyarrow"]
REPORT = """
import json, sys, time
from airflow.dag_processing.dagbag import DagBag
import airflow.providers.standard.operators.hitl, airflow.sdk.definitions.asset
before, started = set(sys.modules), time.process_time()
bag = DagBag(dag_folder=sys.argv[1])
parsed = time.process_time() - started
from airflow.serialization.serialized_objects import DagSerialization
def task(t):
    return {
        "owner": t.owner, "retries": t.retries, "callback": bool(t.on_failure_callback),
        "policy": t.retry_policy.serialize() if t.retry_policy else None,
        "python": "Python" in t.task_type,
        "shows": getattr(t, "partial_kwargs", vars(t)).get("show_return_value_in_logs"),
    }
print("REPORT" + json.dumps({
    "errors": {k: str(v) for k, v in bag.import_errors.items()},
    "parsed": parsed, "imported": sorted(set(sys.modules)),
    "dags": {
        d.dag_id: {
            "doc": d.doc_md, "tags": sorted(d.tags), "schedule": str(d.timetable),
            "max_active_runs": d.max_active_runs, "catchup": d.catchup,
            "serialized": json.dumps(DagSerialization.to_dict(d), default=str),
            "tasks": {t.task_id: task(t) for t in d.tasks},
        } for d in bag.dags.values()
    },
}))
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow makes of the DAG folder, in a process of its own."""
    environment = airflow_environment(tmp_path_factory.mktemp("parsing"), {})
    printed = run_python(environment, REPORT, str(PROJECT / "dags"))
    (line,) = [line for line in printed.splitlines() if line.startswith("REPORT")]
    found: dict[str, Any] = json.loads(line.removeprefix("REPORT"))
    return found


def tasks_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every task of every DAG."""
    found = {
        f"{dag_id}.{task_id}": task
        for dag_id, dag in report["dags"].items()
        for task_id, task in dag["tasks"].items()
    }
    assert len(found) > len(AGREEMENTS)
    return found


def test_no_dag_file_fails_to_import(report: dict[str, Any]) -> None:
    assert report["errors"] == {}


def test_there_is_one_intake_dag_per_agreement_and_one_release_dag(report: dict[str, Any]) -> None:
    assert len(AGREEMENTS) > 3
    assert set(report["dags"]) == {f"intake_{name}" for name in AGREEMENTS} | {"release"}


def test_parsing_imports_no_engine_and_no_validator(report: dict[str, Any]) -> None:
    assert "dags.terms" in report["imported"]
    assert [name for name in HEAVY if name in report["imported"]] == []


def test_parsing_all_dag_files_costs_less_than_importing_airflow(report: dict[str, Any]) -> None:
    """A ratio, so that a slow machine does not fail it."""
    code = "import time; import airflow.dag_processing.dagbag; print(time.process_time())"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert report["parsed"] < float(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", sorted(AGREEMENTS))
def test_an_intake_dag_shows_the_terms_of_its_agreement(name: str, report: dict[str, Any]) -> None:
    agreement: Agreement = AGREEMENTS[name]
    doc = report["dags"][f"intake_{name}"]["doc"]
    expected = [agreement.name, agreement.reference, str(agreement.expires_on), agreement.owner]
    assert [text for text in expected if text not in doc] == []


def test_every_dag_is_documented_and_tagged(report: dict[str, Any]) -> None:
    without = [d for d, dag in report["dags"].items() if not dag["doc"].strip() or not dag["tags"]]
    assert without == []


def test_no_dag_runs_twice_at_once_or_for_days_gone_by(report: dict[str, Any]) -> None:
    settings = {(dag["max_active_runs"], dag["catchup"]) for dag in report["dags"].values()}
    assert settings == {(1, False)}


def test_every_task_has_an_owner_who_is_told_of_failures(report: dict[str, Any]) -> None:
    untold = [
        n for n, t in tasks_of(report).items() if not t["callback"] or t["owner"] == "airflow"
    ]
    assert untold == []


def test_every_task_is_retried_but_never_after_a_refusal(report: dict[str, Any]) -> None:
    rules = {json.dumps(t["policy"]["rules"]) for t in tasks_of(report).values()}
    assert {t["retries"] for t in tasks_of(report).values()} == {2}
    assert [(r["exception"], r["action"]) for (r,) in map(json.loads, rules)] == [
        ("pipelines.core.errors.Refused", "fail")
    ]


def test_no_task_logs_what_it_returns(report: dict[str, Any]) -> None:
    python = {name: task for name, task in tasks_of(report).items() if task["python"]}
    assert len(python) > len(AGREEMENTS)
    assert [name for name, task in python.items() if task["shows"] is not False] == []


def test_no_dag_file_is_longer_than_a_screen_or_two() -> None:
    lines = {
        path.name: len(path.read_text("utf-8").splitlines())
        for path in (Path(PROJECT) / "dags" / name for name in ("intake.py", "release.py"))
    }
    assert [name for name, count in lines.items() if count >= 80] == []


def test_no_secret_is_written_into_a_dag(tmp_path: Path) -> None:
    secret = "c2VjcmV0IHJvb3Qga2V5IG9mIHRoaXMgdGVzdCBvbmx5ISE="
    environment = airflow_environment(tmp_path, {"WIDEBRIDGE_ROOT_KEY": secret})
    printed = run_python(environment, REPORT, str(PROJECT / "dags"))
    assert "intake_harbour_leisure" in printed
    assert secret not in printed
