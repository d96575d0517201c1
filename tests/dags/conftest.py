"""Small deliveries, a home in which the command line took them in, and an Airflow to compare."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines import synthetic
from pipelines.core.agreement import load_agreements
from pipelines.core.files import write_whole
from pipelines.core.officers import Officer, officer_file
from pipelines.core.settings import PROJECT
from pipelines.publish.officer_key import make_demo_key
from tests.conftest import TEST_KEY
from tests.dags.airflow_servers import FIRST, SECOND, airflow_environment, run_airflow

THROUGH = dt.date(2026, 9, 30)
AS_OF = "2026-10-15"
ICBS = ["QOP", "QWO"]
SEED = 1
OFFICERS = {"ann_officer": FIRST, "ben_officer": SECOND}
ROLE = "release officer"
REASON = "read and found right"
COMMAND = "from pipelines.cli import main; main()"
RELEASE_CONF = {
    "vintage": "2026",
    "period_end": THROUGH.isoformat(),
    "as_of": AS_OF,
    "icbs": ICBS,
}
OPEN_TABLES = (
    "mhclg_deprivation",
    "nhs_england_qof",
    "nhs_england_rtt",
    "ohid_fingertips",
    "ons_geography",
    "ons_population",
    "openactive_activities",
    "outcome_facts",
    "outcome_value_sets",
    "synthetic_postcodes",
)
"""Every publisher with a delivery here: the command line takes all of them in."""
PEOPLE = ("harbour_leisure", "parkside_trust", "movewell_referrals")
"""Movewell comes last: its asset is the one that the real runs let start a release."""


@dataclass(frozen=True)
class Deliveries:
    """What lies in the inbox, and the agreements it comes under."""

    inbox: Path
    schemas: Path
    keys: Path

    def environment(self, home: Path) -> dict[str, str]:
        """The settings of a home that takes these deliveries in."""
        return {
            "WIDEBRIDGE_HOME": str(home),
            "WIDEBRIDGE_INBOX": str(self.inbox),
            "WIDEBRIDGE_REFERENCE": str(self.inbox / "reference"),
            "WIDEBRIDGE_SCHEMAS": str(self.schemas),
            "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        }


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Deliveries of some hundred synthetic people and the built-in reference tables."""
    root = tmp_path_factory.mktemp("deliveries")
    inbox = root / "inbox"
    synthetic.write_reference(inbox / "reference", SEED)
    places = synthetic.read_neighbourhoods(inbox / "reference")
    postcodes = inbox / "synthetic_postcodes" / THROUGH.isoformat()
    synthetic.write_postcode_directory(postcodes, places, SEED)
    rules = synthetic.age_rules_of(load_agreements(PROJECT / "schemas"))
    synthetic.write_deliveries(
        inbox, places, people=600, seed=SEED, through=THROUGH, age_rules=rules
    )
    schemas = _schemas_without_schedule(root / "schemas")
    return Deliveries(inbox, schemas, _officers(root / "keys", schemas / "officers"))


def _schemas_without_schedule(folder: Path) -> Path:
    """The agreements on a day that never comes: no run may start but those that a test asks for."""
    shutil.copytree(PROJECT / "schemas", folder)
    for path in (folder / "providers").glob("*.yaml"):
        lines = path.read_text("utf-8").splitlines()
        kept = [line for line in lines if not line.startswith("schedule:")]
        path.write_text("\n".join([*kept, 'schedule: "0 0 29 2 *"', ""]), "utf-8")
    return folder


def _officers(keys: Path, folder: Path) -> Path:
    """Two officers, known by their login in Airflow too; gives the folder of their keys."""
    term = (dt.date(2026, 1, 1), dt.date(2099, 12, 31))
    for officer_id, name in OFFICERS.items():
        key = make_demo_key(keys / f"{officer_id}.pem")
        officer = Officer(officer_id, name, ROLE, key.public_key, name, *term)
        write_whole(folder / f"{officer_id}.yaml", officer_file(officer).encode())
    return keys


@pytest.fixture(scope="session")
def by_command(deliveries: Deliveries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the release that the command line makes of the deliveries."""
    home = tmp_path_factory.mktemp("by-command")
    environment = {"PATH": os.environ["PATH"], **deliveries.environment(home)}
    _widebridge(environment, "intake", "--as-of", AS_OF)
    _widebridge(
        environment, "release", "make", "--as-of", AS_OF, "--period-end", THROUGH.isoformat(),
        *(word for icb in ICBS for word in ("--icb", icb)),
    )  # fmt: skip
    (waiting,) = (home / "staging" / "waiting").iterdir()
    for officer_id in OFFICERS:
        _widebridge(
            environment, "release", "approve", waiting.name, "--as", officer_id,
            "--key", str(deliveries.keys / f"{officer_id}.pem"), "--reason", "for a comparison",
        )  # fmt: skip
    _widebridge(environment, "release", "publish", waiting.name)
    (manifest,) = (home / "releases").glob("*/manifest.json")
    return manifest.parent


def _widebridge(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env={**environment, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def airflow_home(
    deliveries: Deliveries, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment of an Airflow with an empty SQLite database and an empty house."""
    root = tmp_path_factory.mktemp("airflow")
    environment = airflow_environment(root / "airflow", deliveries.environment(root / "house"))
    run_airflow(environment, "db", "migrate")
    return environment
