"""The deployment's files say what they promise: checked without an engine."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.settings import PROJECT

COMPOSE_FILE = PROJECT / "docker" / "compose.yaml"
DOCKERFILE = PROJECT / "docker" / "Dockerfile"
SECRETS = {
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_PASSWORDS",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_USERS",
    "KEY_RING_PASSPHRASE_FILE",
    "POSTGRES_PASSWORD",
}
VALUES = {name: f"value-of-{name.lower()}" for name in SECRETS}


def compose(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `docker compose`, from the wheel that ships it."""
    spec = importlib.util.find_spec("compose")
    assert spec is not None and spec.submodule_search_locations
    program = Path(spec.submodule_search_locations[0]) / "docker-compose"
    return subprocess.run(
        [program, "--file", COMPOSE_FILE, "config", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services as compose understands them."""
    done = compose(VALUES, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return found


def users_of(services: dict[str, dict[str, Any]], text: str) -> set[str]:
    """The services that hold a text in their environment."""
    return {
        name
        for name, service in services.items()
        if any(text in str(value) for value in service.get("environment", {}).values())
    }


def test_hadolint_finds_nothing_to_say_about_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_accepts_the_file_when_every_secret_is_given() -> None:
    assert compose(VALUES, "--quiet").returncode == 0


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_compose_refuses_and_names_the_secret_that_is_missing(missing: str) -> None:
    done = compose({k: v for k, v in VALUES.items() if k != missing}, "--quiet")
    assert done.returncode != 0
    assert missing in done.stderr


def test_every_variable_without_a_default_is_known_here_as_a_secret() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE_FILE.read_text("utf-8")))
    assert required == SECRETS


def test_every_service_that_the_deployment_needs_is_there(
    services: dict[str, dict[str, Any]],
) -> None:
    assert set(services) == {
        "postgres", "folders", "migrate", "api-server", "scheduler", "dag-processor", "triggerer",
    }  # fmt: skip


def test_only_the_api_is_published_and_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    published = {
        name: [(port["host_ip"], port["target"]) for port in service["ports"]]
        for name, service in services.items()
        if "ports" in service
    }
    assert published == {"api-server": [("127.0.0.1", 8080)]}


def test_only_the_service_that_runs_tasks_holds_the_key(
    services: dict[str, dict[str, Any]],
) -> None:
    holders = {name for name, service in services.items() if service.get("secrets")}
    assert holders == users_of(services, "/run/secrets/passphrase") == {"scheduler"}


def test_the_key_ring_and_its_passphrase_do_not_lie_together(
    services: dict[str, dict[str, Any]],
) -> None:
    folders = {volume["target"] for volume in services["scheduler"]["volumes"]}
    assert "/data/home" in folders
    assert not any("/run/secrets/passphrase".startswith(folder) for folder in folders)


def data_seen_by(services: dict[str, dict[str, Any]]) -> dict[str, set[tuple[str, bool]]]:
    """Folders of data by service, and whether each may only be read."""
    seen = {
        name: {
            (v["target"], bool(v.get("read_only")))
            for v in service.get("volumes", [])
            if v["target"].startswith("/data/")
        }
        for name, service in services.items()
    }
    return {name: folders for name, folders in seen.items() if folders}


def test_only_the_service_that_runs_tasks_and_the_one_that_makes_folders_see_data(
    services: dict[str, dict[str, Any]],
) -> None:
    assert set(data_seen_by(services)) == {"scheduler", "folders", "api-server"}


def test_the_api_server_sees_reports_only_and_cannot_change_them(
    services: dict[str, dict[str, Any]],
) -> None:
    assert data_seen_by(services)["api-server"] == {("/data/pages", True)}


def test_no_log_server_is_started(services: dict[str, dict[str, Any]]) -> None:
    commands = {name: services[name]["command"] for name in ("scheduler", "triggerer")}
    assert all("-s" in command for command in commands.values())


def test_every_lasting_service_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    lasting = {n: s for n, s in services.items() if s["restart"] != "no"}
    assert len(lasting) == 5
    # The API server's is the image's own.
    without = {name for name, service in lasting.items() if "healthcheck" not in service}
    assert without == {"api-server"}
    assert "HEALTHCHECK" in DOCKERFILE.read_text("utf-8")


def test_only_the_folder_maker_runs_as_root(services: dict[str, dict[str, Any]]) -> None:
    assert {n for n, s in services.items() if s.get("user", "").startswith("0")} == {"folders"}


def last_stage() -> str:
    """The Dockerfile's last stage."""
    return DOCKERFILE.read_text("utf-8").split("\nFROM ")[-1]


def test_the_image_runs_as_an_ordinary_user() -> None:
    users = re.findall(r"^USER (.+)$", last_stage(), re.MULTILINE)
    assert users == ["10001:10001"]


def test_the_last_stage_installs_nothing() -> None:
    assert not re.search(r"\b(pip|apt-get|gcc|uv)\b", last_stage())


def test_the_image_is_built_from_requirements_with_hashes() -> None:
    assert "--require-hashes" in DOCKERFILE.read_text("utf-8")


def test_the_context_lets_nothing_in_that_is_not_named() -> None:
    lines = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"


def test_what_a_service_writes_is_for_its_own_user_alone() -> None:
    script = PROJECT / "docker" / "entrypoint.sh"
    done = subprocess.run([script, "sh", "-c", "umask"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0077"
