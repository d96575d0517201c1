"""Airflow's real services as processes on loopback, and a client of their REST API.

Everything lives under one temporary folder and every service leads its own process group, so
that nothing is left behind. No port is fixed.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.settings import PROJECT

BIN = Path(sys.executable).parent
FIRST, SECOND, OUTSIDER = "Ann Officer", "Ben Officer", "Otto Outsider"
"""Two who may do everything, and one who can log in and may see nothing."""
PASSWORD = "only-in-this-test"
Page = tuple[int, dict[str, str], str]
"""Status, headers and text of an answer."""
SQLITE_TRIES = 5
SETTLING_SECONDS = 3
"""An answer in the first moments after a task parks can meet the scheduler halfway."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def airflow_environment(home: Path, widebridge: Mapping[str, str]) -> dict[str, str]:
    """The environment of an Airflow whose home is `home`, with nothing of the caller's own."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        **widebridge,
        "HOME": str(home),
        "PYTHONPATH": str(PROJECT),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "dags" / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }


def run_airflow(environment: Mapping[str, str], *arguments: str) -> str:
    """Run one Airflow command to its end; returns what it printed."""
    done = subprocess.run(
        [BIN / "airflow", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def run_python(environment: Mapping[str, str], code: str, *arguments: str) -> str:
    """Run a few lines of Python in Airflow's environment; returns what they printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        cwd=environment["AIRFLOW_HOME"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@contextmanager
def running(
    command: list[str | Path], environment: Mapping[str, str], output: Path, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process and all that it starts; ended, whatever happens, on leaving."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        try:
            yield process
        finally:
            _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for sent, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(process.pid, sent)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait(1)


@contextmanager
def airflow_services(
    home: Path, environment: Mapping[str, str], *, scheduling: bool = True
) -> Iterator["Airflow"]:
    """API server, scheduler and DAG processor, as the compose file starts them.

    Without `scheduling` it is the API server alone, to answer a question of `dag.test()`.
    """
    port = free_port()
    full = {
        **environment,
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "3",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{FIRST}:admin,{SECOND}:admin,{OUTSIDER}:",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__API__SECRET_KEY": "k" * 64,
        "AIRFLOW__API_AUTH__JWT_SECRET": "j" * 64,
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "3",
    }
    everybody = dict.fromkeys((FIRST, SECOND, OUTSIDER), PASSWORD)
    (home / "passwords.json").write_text(json.dumps(everybody))
    run_airflow(full, "db", "migrate")
    commands = {"api-server": ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]}
    if scheduling:
        commands |= {"scheduler": ["-s"], "dag-processor": []}
    with ExitStack() as stack:
        for service, options in commands.items():
            command: list[str | Path] = [BIN / "airflow", service, *options]
            stack.enter_context(running(command, full, home / "output" / f"{service}.txt"))
        airflow = Airflow(f"http://127.0.0.1:{port}", home)
        airflow.wait_until_up()
        yield airflow


@dataclass
class Airflow:
    """A client of a running Airflow, logged in as the first officer."""

    address: str
    home: Path
    token: str = ""

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request; raises `HTTPError` with the status that came.

        A 500 is tried again: on SQLite the server gives it while another service is writing.
        """
        for _ in range(SQLITE_TRIES):
            try:
                return self._call_once(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code != 500:
                    raise
                error.close()
                time.sleep(1)
        return self._call_once(method, path, body)

    def _call_once(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 (loopback)
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (loopback)
            return json.load(answer)

    def wait_until_up(self) -> None:
        """Wait for the API, then log in."""
        self._until("the API server", 90, self._is_up)
        self.token = self.as_user(FIRST).token

    def as_user(self, name: str) -> "Airflow":
        """The same Airflow for somebody else."""
        login = {"username": name, "password": PASSWORD}
        token = self.call("POST", "/auth/token", login)["access_token"]
        return Airflow(self.address, self.home, token)

    def page(self, path: str) -> Page:
        """Status, headers and text of a page, as a browser with this login gets it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.address + path, headers=headers)  # noqa: S310 (loopback)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (loopback)
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read().decode()

    def wait_for_dags(self, count: int) -> list[str]:
        """Wait until the DAG processor has shown that many DAGs; returns their ids."""

        def found() -> list[str]:
            listed = self.call("GET", "/api/v2/dags?limit=100")["dags"]
            ids = sorted(dag["dag_id"] for dag in listed)
            return ids if len(ids) >= count else []

        return list(self._until(f"{count} DAGs", 90, found))

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self.call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run by hand; returns its id."""
        # A name of our own, so that a second try cannot start a second run.
        run_id = f"by-hand-{uuid.uuid4()}"
        body = {"logical_date": None, "conf": dict(conf), "dag_run_id": run_id}
        try:
            self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            error.close()
        return run_id

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs of a DAG."""
        return list(self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"])

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float) -> str:
        """Wait until a run has ended; returns its state."""

        def ended() -> str:
            state = str(self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])
            return state if state in ("success", "failed") else ""

        return str(self._until(f"the end of {dag_id}", seconds, ended))

    def end_run(self, dag_id: str, run_id: str) -> None:
        """Mark a run as failed, so that the next may begin."""
        self.call("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", {"state": "failed"})

    def wait_for_any_run(self, dag_id: str, seconds: float) -> str:
        """Wait until a DAG has a run; returns its id."""

        def found() -> str:
            try:
                listed = self.runs(dag_id)
            except urllib.error.HTTPError:
                return ""
            return str(listed[0]["dag_run_id"]) if listed else ""

        return str(self._until(f"a run of {dag_id}", seconds, found))

    def wait_for_asset_run(self, dag_id: str, seconds: float) -> str:
        """Wait until an asset has started a DAG; returns the run's id."""

        def started() -> str:
            found = [r for r in self.runs(dag_id) if r["run_type"] == "asset_triggered"]
            return str(found[0]["dag_run_id"]) if found else ""

        return str(self._until(f"an asset to start {dag_id}", seconds, started))

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        return list(self.call("GET", path)["task_instances"])

    def wait_until_asked(self, run_id: str, which: str, seconds: float) -> dict[str, Any]:
        """Wait until the release's run asks its first or second officer; returns the question."""

        def asked() -> bool:
            states = {t["task_id"]: t["state"] for t in self.tasks("release", run_id)}
            assert "failed" not in states.values(), states
            return states.get(f"{which}_sign_off") == "awaiting_input"

        self._until(f"the {which} question", seconds, asked)
        time.sleep(SETTLING_SECONDS)
        return dict(self.call("GET", self._question(run_id, which)))

    def answer(self, run_id: str, which: str, option: str, reason: str) -> dict[str, Any]:
        """Answer one of the release's questions under this login."""
        body = {"chosen_options": [option], "params_input": {"reason": reason}}
        return dict(self.call("PATCH", self._question(run_id, which), body))

    def answer_for_good(
        self, run_id: str, which: str, option: str, reason: str, seconds: float
    ) -> int:
        """Answer until the answer is being recorded; gives the status of a second answer.

        On a busy machine the scheduler can lose an answer that comes too soon, and asks again.
        """
        self.answer(run_id, which, option, reason)
        second = self._status_of_answer(run_id, which, option, reason)

        def counts() -> bool:
            states = {t["task_id"]: t["state"] for t in self.tasks("release", run_id)}
            if states.get(f"{which}_sign_off") == "awaiting_input":
                time.sleep(SETTLING_SECONDS)
                self._status_of_answer(run_id, which, option, reason)
            return states.get(f"record_{which}") in ("success", "failed", "skipped")

        self._until(f"the {which} answer to count", seconds, counts)
        return second

    def _status_of_answer(self, run_id: str, which: str, option: str, reason: str) -> int:
        try:
            self.answer(run_id, which, option, reason)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        return 200

    @staticmethod
    def _question(run_id: str, which: str) -> str:
        run = f"/api/v2/dags/release/dagRuns/{run_id}"
        return f"{run}/taskInstances/{which}_sign_off/-1/hitlDetails"

    def _until(self, what: str, seconds: float, look: Any) -> Any:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if found := look():
                return found
            time.sleep(0.5)
        raise AssertionError(f"waited {seconds} s for {what}: {self._last_words()}")

    def _is_up(self) -> bool:
        try:
            health = self.call("GET", "/api/v2/monitor/health")
        except (urllib.error.URLError, ConnectionError):
            return False
        return bool(health["metadatabase"]["status"] == "healthy")

    def _last_words(self) -> str:
        outputs = sorted((self.home / "output").glob("*.txt"))
        return "\n".join(f"{o.name}: {o.read_text(errors='replace')[-1500:]}" for o in outputs)
