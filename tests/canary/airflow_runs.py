"""Run in Airflow's environment: the intake DAGs on marked deliveries, one with a broken stage.

`python -m tests.canary.airflow_runs DAG DAG room/function` breaks the function before the second;
the mark that it is to quote comes by standard input.
"""

import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag

from pipelines.core.settings import PROJECT
from tests.canary.run import break_function
from tests.canary.scenes import AS_OF, Scene


def without_retries(dag: Any) -> Any:
    """The DAG with tasks that fail at once: a minute's wait proves nothing here."""
    for task in dag.tasks:
        if hasattr(task, "partial_kwargs"):
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    return dag


def run(dag_id: str) -> None:
    """Run one DAG with `dag.test()` and write down how its tasks ended."""
    dag = without_retries(DagBag(dag_folder=str(PROJECT / "dags")).dags[dag_id])
    tasks = dag.test(run_conf={"as_of": AS_OF}).get_task_instances()
    ended = sorted(f"{t.task_id}[{t.map_index}]={t.state}" for t in tasks)
    Path(f"{dag_id}-ended").write_text("\n".join(ended))


def main(good: str, broken: str, fault: str) -> None:
    """Run a DAG as it is, then another with a broken stage."""
    mark = sys.stdin.read()
    run(good)
    break_function(Scene("", (), (), fault=fault), mark)
    run(broken)
    Path("environ").write_bytes(Path("/proc/self/environ").read_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
