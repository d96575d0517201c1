"""A push killed at any moment leaves the old release or the new one on a real object store."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.core.settings import PROJECT
from tests.faults.object_store import BUCKET, object_store

KILLS = 6


@pytest.mark.slow
def test_kills_at_random_moments_of_a_push_tear_and_lose_nothing(tmp_path: Path) -> None:
    with object_store(tmp_path / "store") as environ:
        done = subprocess.run(
            [
                sys.executable, "-m", "benchmarks.kills", "--kills", str(KILLS),
                "--store", f"s3://{BUCKET}/releases",
            ],
            cwd=PROJECT, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    figures = json.loads(done.stdout.splitlines()[0])
    assert (figures["kills"], figures["torn or lost"]) == (KILLS, 0)
