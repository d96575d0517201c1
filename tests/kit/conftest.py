"""One staged release and its kit, for all tests of the kit."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines import kit
from tests.kit.staged import DIRECTORIES, HOSTILE, OUTPUTS, row, write_release

HIDDEN = {"count": None, "value": None, "lower_ci_95": None, "upper_ci_95": None}


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in which a provider has a hostile name, and one number is hidden."""
    coverage = next(contract for contract in OUTPUTS if contract.name == "provider_coverage")
    members = next(contract for contract in OUTPUTS if contract.name == "member_activity")
    rows = {
        "provider_coverage": [
            row(coverage, {"category_type": "provider", "category": HOSTILE, "area_name": HOSTILE}),
        ],
        "member_activity": [
            row(members, {"suppression_status": "hidden", **HIDDEN}),
            row(members, {"sex": "male", "area_ods_code": None, "coverage": None}),
        ],
    }
    return write_release(tmp_path_factory.mktemp("release") / "staged", rows)


@pytest.fixture(scope="session")
def files(release: Path) -> Mapping[str, bytes]:
    """The kit of that release."""
    return kit.make(release, OUTPUTS, DIRECTORIES)


@pytest.fixture(scope="session")
def opened(release: Path, files: Mapping[str, bytes]) -> Path:
    """The release with its kit written into it, as an analyst has it."""
    for name, data in files.items():
        path = release / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return release
