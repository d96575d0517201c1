"""The kit leaves with its release: listed, checked, and told from the release before."""

import dataclasses
import json
from pathlib import Path

import pytest

from pipelines.core.settings import settings_from
from pipelines.house import House, open_house
from pipelines.publish import read_manifest, verify_release
from pipelines.release import make_candidate, make_release, plan_release
from pipelines.released import release_before
from tests.conftest import TEST_KEY
from tests.released import PERIOD_END, SIGNED, TODAY, fill_store


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house with a few made-up people."""
    home = tmp_path_factory.mktemp("house")
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "none"),
    }
    opened = open_house(settings_from(environ), environ)
    fill_store(opened)
    return opened


@pytest.fixture(scope="module")
def published(house: House) -> Path:
    """Its first release."""
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY)
    make_release(house, plan, SIGNED)
    return house.settings.releases / plan.release_id


def test_the_manifest_lists_the_kit(published: Path) -> None:
    listed = set(read_manifest(published)["files"])
    assert {"kit/README.md", "kit/workbooks/QOP.xlsx", "kit/power-bi/release.pbip"} <= listed
    verify_release(published)


def test_the_first_release_has_none_before_it(published: Path) -> None:
    assert json.loads((published / "kit" / "changes.json").read_bytes())["previous"] is None


def test_the_next_release_is_compared_with_it(house: House, published: Path) -> None:
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, round_to=10)
    candidate = make_candidate(house, plan)
    told = json.loads((candidate.folder / "kit" / "changes.json").read_bytes())
    assert told["previous"] == published.name
    assert told["limits"] == {"round_to": {"before": 5, "now": 10}}


@pytest.mark.parametrize(
    ("earlier", "before"),
    [
        ((), None),
        (("2026-06-30-v2026-1", "2026-09-30-v2024-2"), "2026-06-30-v2026-1"),
        (("2026-06-30-v2026-1", "2026-07-31-v2026-2"), "2026-07-31-v2026-2"),
        (("2026-06-30-v2024-1",), "2026-06-30-v2024-1"),
    ],
)
def test_the_release_before_is_the_newest_of_the_same_borders(
    house: House, earlier: tuple[str, ...], before: str | None
) -> None:
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY)
    found = release_before(house, dataclasses.replace(plan, earlier=earlier))
    assert (found.name if found else None) == before
