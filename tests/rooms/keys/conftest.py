"""A home with a key ring, and passphrases that nobody has to type."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.settings import Settings, settings_from
from pipelines.pseudonymise.keys import make_ring

DAY = dt.date(2026, 10, 15)
Officers = Callable[..., dict[str, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_from({}, tmp_path / "home")


@pytest.fixture
def ledger(settings: Settings) -> FileLedger:
    return FileLedger(settings.ledger)


@pytest.fixture
def passphrases(tmp_path: Path) -> Officers:
    """An environment that names private files with the given passphrases."""

    def named(*texts: str) -> dict[str, str]:
        paths = []
        for text in texts:
            path = tmp_path / f"passphrase-{text.replace(' ', '-')}"
            path.touch(mode=0o600)
            path.write_text(text + "\n")
            paths.append(str(path))
        return {"WIDEBRIDGE_PASSPHRASE_FILES": os.pathsep.join(paths)}

    return named


@pytest.fixture
def environ(settings: Settings, ledger: FileLedger, passphrases: Officers) -> dict[str, str]:
    """A ring with one passphrase has been made; this opens it."""
    environment = passphrases("correct horse battery")
    make_ring(settings, environment, ledger, DAY)
    return environment
