"""A house in a temporary folder, with made-up deliveries of a few rows."""

import base64
import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.core.settings import PROJECT, settings_from
from pipelines.house import House, open_house
from pipelines.intake import take_in

TEST_KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class Bench:
    """A house and the means to put deliveries before its door."""

    house: House

    def put(self, provider: str, drop: str, files: Mapping[str, str | bytes]) -> Path:
        """A finished delivery."""
        folder = self.house.settings.inbox / provider / drop
        folder.mkdir(parents=True)
        lines = []
        for name, content in sorted(files.items()):
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
            lines.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        (folder / "SHA256SUMS").write_text("".join(lines))
        return folder

    def know_postcodes(self) -> None:
        """Take a postcode directory of one postcode in."""
        files = {"postcodes.csv": "postcode,lsoa21\nXA1 1AA,E01900001\n"}
        self.put("synthetic_postcodes", "2026-09-30", files)
        take_in(self.house, "synthetic_postcodes", "2026-09-30", as_of=dt.date(2026, 10, 1))


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """A command that ran in a test's own process must not narrow what later tests write."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A house without stored expectations: a share of a handful of rows says nothing."""
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path / "home"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "no-expectations"),
    }
    return Bench(open_house(settings_from(environ), environ))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real public tables.

    They are not part of the project. Where nobody says that they are there, the tests that read
    them are skipped; where somebody does (`.ci/run`) and they are not, they fail.
    """
    given = os.environ.get("WIDEBRIDGE_TEST_REFERENCE")
    folder = Path(given) if given else PROJECT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if given:
        pytest.fail("WIDEBRIDGE_TEST_REFERENCE names no folder")
    pytest.skip("needs the public tables: see docs/reference/reference-data.md")
