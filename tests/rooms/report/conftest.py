"""One release of made-up people for all tests of the report: each test works on a copy."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from pipelines.core.settings import settings_from
from pipelines.core.stages import Release
from pipelines.house import open_house
from pipelines.release import make_release, plan_release
from tests.conftest import TEST_KEY
from tests.released import PERIOD_END, SIGNED, TODAY, fill_store


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Release:
    home = tmp_path_factory.mktemp("reported")
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "no-expectations"),
    }
    house = open_house(settings_from(environ), environ)
    fill_store(house)
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, icbs=["QOP"])
    return make_release(house, plan, SIGNED)


@pytest.fixture
def release(made_once: Release, tmp_path: Path) -> Release:
    folder = Path(shutil.copytree(made_once.folder, tmp_path / made_once.folder.name))
    return dataclasses.replace(made_once, folder=folder)


@pytest.fixture
def page(release: Release) -> str:
    return (release.folder / "report.html").read_text("utf-8")
