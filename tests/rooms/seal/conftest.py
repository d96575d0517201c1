"""A house, and a provider's machine beside it that has a kit and nothing else of the house's."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.core.files import write_whole
from pipelines.seal import Edge, SealSummary, issue_kit, open_edge, seal_drop
from tests.conftest import Bench

DAY = dt.date(2026, 10, 1)
PROVIDER = "movewell_referrals"
PASSPHRASE = b"six words drawn at random today\n"
POSTCODES = "postcode,lsoa21\nXA1 1AA,E01900001\nXA1 1AB,E01900002\n"


@dataclass(frozen=True)
class ProviderMachine:
    """What a provider that seals has on its own machine, and the house that it sends to."""

    bench: Bench
    folder: Path
    provider: str = PROVIDER

    @property
    def kit(self) -> Path:
        """The provider's kit."""
        return self.folder / f"{self.provider}.json"

    @property
    def passphrase(self) -> Path:
        """The file with the kit's passphrase."""
        return self.folder / "passphrase"

    def edge(self) -> Edge:
        """The kit, opened."""
        settings = dataclasses.replace(self.bench.house.settings, home=self.folder / "no-home")
        return open_edge(settings, self.provider, self.kit, self.passphrase)

    def export(self, name: str, files: Mapping[str, str]) -> Path:
        """A folder as the provider's own system wrote it."""
        folder = self.folder / "export" / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text)
        return folder

    def seal(self, name: str, files: Mapping[str, str], *, into: str = "") -> SealSummary:
        """Seal an export straight into the house's inbox."""
        target = self.bench.house.settings.inbox / self.provider / name
        postcodes = self.folder / "postcodes.csv"
        export = self.export(into or name, files)
        return seal_drop(self.edge(), export, target, as_of=DAY, postcodes=postcodes)


@pytest.fixture
def machine(bench: Bench, tmp_path: Path) -> ProviderMachine:
    """The machine of the provider of the small deliveries."""
    return machine_of(bench, tmp_path / "provider")


def machine_of(bench: Bench, folder: Path, provider: str = PROVIDER) -> ProviderMachine:
    """A machine to which the house has given a kit."""
    machine = ProviderMachine(bench, folder, provider)
    write_whole(machine.passphrase, PASSPHRASE)
    write_whole(machine.kit, issue_kit(bench.house, provider, machine.passphrase, on=DAY))
    write_whole(folder / "postcodes.csv", POSTCODES.encode())
    return machine
