"""A candidate of one ICB, two officers who approve it, and what publishing needs of a house."""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipelines import publish as publish_room
from pipelines.audit.ledger import FileLedger
from pipelines.core.plan import Plan
from pipelines.core.settings import settings_from
from pipelines.core.stages import Release
from pipelines.house import open_house
from pipelines.publish import Approval, Candidate, Publisher, publish
from pipelines.release import plan_release, stage_icb
from pipelines.released import cost_of
from tests.conftest import TEST_KEY, Bench
from tests.released import PERIOD_END, TODAY, fill_store
from tests.two_officers import NOW, approvals_of, officers

TOLD = {"made_by": {"version": "1"}, "silent_providers": ["parkside_trust"]}


def kit(_: Path) -> Mapping[str, bytes]:
    """Stands for what goes with the extracts."""
    return {"kit/dictionary.md": b"# Columns\n"}


def page(_: Path) -> Mapping[str, bytes]:
    """Stands for the report."""
    return {"report.html": b"<p>What was shared, and why.</p>\n"}


@dataclasses.dataclass(frozen=True)
class Made:
    """A house, and a candidate of one ICB that waits in it."""

    bench: Bench
    plan: Plan
    candidate: Candidate


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One candidate for all tests: they work on copies of it."""
    home = tmp_path_factory.mktemp("made")
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "no-expectations"),
    }
    bench = Bench(open_house(settings_from(environ), environ))
    fill_store(bench.house)
    plan = plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, icbs=["QOP"]
    )
    stage_icb(bench.house, plan, "QOP")
    candidate = publish_room.assemble(
        plan,
        bench.house.settings.staging,
        cost_of(bench.house, plan),
        TOLD,
        kit,
    )
    return Made(bench, plan, candidate)


@pytest.fixture(scope="session")
def published(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One release for all tests, with a report: they work on copies of it."""
    home = tmp_path_factory.mktemp("published")
    keys = made.bench.house.keys
    ledger = FileLedger(home / "ledger.jsonl", signer=keys.signer("ledger"))
    for number in range(5):
        ledger.record("stored", provider="harbour_leisure", tables=number)
    publisher = Publisher(home / "out", ledger, keys, officers(), pages=page)
    approvals = approvals_of(made.candidate, officers())
    return publish(made.candidate, approvals, publisher, NOW).folder


@pytest.fixture
def candidate(made: Made, tmp_path: Path) -> Candidate:
    folder = shutil.copytree(made.candidate.folder, tmp_path / "staging" / made.plan.release_id)
    return dataclasses.replace(made.candidate, folder=Path(folder))


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def ledger(tmp_path: Path, made: Made) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl", signer=made.bench.house.keys.signer("ledger"))


@pytest.fixture
def publisher(made: Made, releases: Path, ledger: FileLedger) -> Publisher:
    return Publisher(releases, ledger, made.bench.house.keys, officers())


@pytest.fixture
def approvals(candidate: Candidate) -> Sequence[Approval]:
    return approvals_of(candidate, officers())


@pytest.fixture
def release(candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher) -> Release:
    return publish(candidate, approvals, publisher, NOW)
