"""A run killed at any moment leaves what was there before; the next run completes it."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.audit.ledger import verify_ledger
from pipelines.commands.demo import write_synthetic
from pipelines.core.duck import open_engine
from pipelines.core.settings import Settings, settings_from
from pipelines.house import open_house
from tests.conftest import TEST_KEY

WIDEBRIDGE = Path(sys.executable).with_name("widebridge")
KILLS = 6


def environment(home: Path, inbox: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_INBOX": str(inbox),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
    }


def start(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [WIDEBRIDGE, "intake", "--as-of", "2026-10-15"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def contents(settings: Settings) -> dict[str, object]:
    """What the store holds, by table: rows, whichever delivery number they came in under."""
    store = open_house(settings, {"WIDEBRIDGE_ROOT_KEY": TEST_KEY}).store
    tables = ("person", "person_day", "person_referral", "person_outcome", "consent_period")
    counted: dict[str, object] = {
        table: sum(pq.read_metadata(part).num_rows for part in store.parts(table))
        for table in tables
    }
    return {**counted, "deliveries": store.delivery_ids()}


def spills(settings: Settings) -> list[Path]:
    return [f for f in (settings.red / "spill").iterdir() if f.is_dir()]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("deliveries")
    write_synthetic(settings_from({}, home), people=300, seed=5, without=[])
    return home / "inbox"


def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path, inbox: Path) -> None:
    clean = environment(tmp_path / "clean", inbox)
    began = time.monotonic()
    assert start(clean).wait() == 0
    whole_run = time.monotonic() - began
    expected = contents(settings_from(clean))
    assert len(expected["deliveries"]) > 8  # type: ignore[arg-type]  # (a list of deliveries)

    killed = environment(tmp_path / "killed", inbox)
    moments = random.Random(3)
    for _ in range(KILLS):
        run = start(killed)
        time.sleep(moments.uniform(0.3, 1.0) * whole_run)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert start(killed).wait() == 0
    settings = settings_from(killed)
    assert contents(settings) == expected
    assert verify_ledger(settings.ledger) > 0
    assert spills(settings) == []


def test_the_spill_of_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    settings = settings_from({}, tmp_path)
    with open_engine(settings):
        (running,) = spills(settings)
        with open_engine(settings):
            assert running.exists()
    assert not running.exists()
