"""Sealing as a DAG: there where a provider is named, on that provider's queue, and it works."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.files import write_whole
from pipelines.core.settings import PROJECT, settings_from
from pipelines.house import open_house
from pipelines.seal import issue_kit
from tests.conftest import TEST_KEY
from tests.dags.airflow_servers import airflow_environment, run_airflow, run_python
from tests.dags.conftest import AS_OF
from tests.dags.test_dag_files import REPORT
from tests.dags.test_dag_runs import TEST_RUNS, Runs, runs_in, states
from tests.rooms.seal.conftest import DAY, PASSPHRASE, POSTCODES, PROVIDER
from tests.rooms.test_intake import movewell

pytestmark = pytest.mark.airflow

QUEUES = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
dag = bag.dags[sys.argv[2]]
found = {
    t.task_id: t.queue if hasattr(t, "queue") else t.partial_kwargs["queue"] for t in dag.tasks
}
print("QUEUES" + json.dumps(found))
"""


def edge_environment(root: Path) -> dict[str, str]:
    """An Airflow whose worker is the provider's machine: no house, no root key."""
    worker = {
        "WIDEBRIDGE_HOME": str(root / "no-home"),
        "WIDEBRIDGE_EDGE": str(root / "edge"),
        "WIDEBRIDGE_EDGE_PROVIDERS": PROVIDER,
        "WIDEBRIDGE_EXPECTATIONS": str(root / "no-expectations"),
    }
    return airflow_environment(root / "airflow", worker)


def set_up_edge(folder: Path, home: Path) -> None:
    """A kit from a house of its own, an export that is whole, and one that is not."""
    environ = {"WIDEBRIDGE_HOME": str(home), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    write_whole(folder / "passphrase", PASSPHRASE)
    house = open_house(settings_from(environ), environ)
    write_whole(folder / "kit.json", issue_kit(house, PROVIDER, folder / "passphrase", on=DAY))
    write_whole(folder / "postcodes.csv", POSTCODES.encode())
    files = {name: text.encode() for name, text in movewell().items()}
    for name, data in files.items():
        write_whole(folder / "export" / "2026-09-30" / name, data)
        write_whole(folder / "export" / "2026-10-07" / name, data)
    lines = [f"{hashlib.sha256(d).hexdigest()}  {n}\n" for n, d in sorted(files.items())]
    write_whole(folder / "export" / "2026-09-30" / "SHA256SUMS", "".join(lines).encode())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow makes of the DAG folder where one provider seals."""
    environment = edge_environment(tmp_path_factory.mktemp("parsing"))
    printed = run_python(environment, REPORT, str(PROJECT / "dags"))
    (line,) = [line for line in printed.splitlines() if line.startswith("REPORT")]
    found: dict[str, Any] = json.loads(line.removeprefix("REPORT"))
    return found


def test_a_provider_that_is_named_has_a_sealing_dag_and_no_other_has(
    report: dict[str, Any],
) -> None:
    assert report["errors"] == {}
    assert [d for d in report["dags"] if d.startswith("seal_")] == [f"seal_{PROVIDER}"]


def test_the_sealing_dag_says_under_which_agreement(report: dict[str, Any]) -> None:
    assert "DSA-2025-003" in report["dags"][f"seal_{PROVIDER}"]["doc"]


def test_every_task_of_sealing_goes_to_the_providers_own_queue(tmp_path: Path) -> None:
    printed = run_python(
        edge_environment(tmp_path), QUEUES, str(PROJECT / "dags"), f"seal_{PROVIDER}"
    )
    (line,) = [line for line in printed.splitlines() if line.startswith("QUEUES")]
    queues = json.loads(line.removeprefix("QUEUES"))
    assert queues == {"find": f"edge-{PROVIDER}", "seal": f"edge-{PROVIDER}"}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Runs, Path]:
    """`dag.test()` of the sealing DAG, on a machine without a house."""
    os.umask(0o077)
    root = tmp_path_factory.mktemp("edge-worker")
    set_up_edge(root / "edge" / PROVIDER, root / "house")
    environment = edge_environment(root)
    run_airflow(environment, "db", "migrate")
    asked = json.dumps([[f"seal_{PROVIDER}", {"as_of": AS_OF}]])
    return runs_in(run_python(environment, TEST_RUNS, str(PROJECT / "dags"), asked)), root


@pytest.mark.slow
def test_the_dag_seals_the_export_that_is_whole_and_no_other(sealed: tuple[Runs, Path]) -> None:
    runs, root = sealed
    assert states(runs, f"seal_{PROVIDER}") == {"find": "success", "seal[0]": "success"}
    assert sorted(p.name for p in (root / "edge" / PROVIDER / "sealed").iterdir()) == ["2026-09-30"]


@pytest.mark.slow
def test_the_scheduler_learns_counts_and_no_identifier(sealed: tuple[Runs, Path]) -> None:
    _, root = sealed
    kept = [p.read_bytes() for p in (root / "airflow").rglob("*") if p.is_file()]
    assert any(f"seal_{PROVIDER}".encode() in data for data in kept)
    assert [mark for mark in (b"9990000018", b"XA1 1AA") if any(mark in d for d in kept)] == []
