"""Tables of published facts that come with the software, under `schemas/facts`.

They are read as downloaded tables are: a fact that changes is a new delivery.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipelines.core.agreement import Agreement
from pipelines.core.settings import Settings
from pipelines.source.transports import library

FACTS = "facts"


def list_drops(settings: Settings, agreement: Agreement) -> list[str]:
    """One drop, named by the newest file's day."""
    return library.list_drops(_among_the_facts(settings), agreement)


def list_unfinished(settings: Settings, agreement: Agreement) -> list[str]:
    """None: a table of facts is whole when it is there."""
    return library.list_unfinished(_among_the_facts(settings), agreement)


def open_drop(
    settings: Settings, agreement: Agreement, name: str
) -> tuple[Path, Mapping[str, str]]:
    """The folder of facts and the SHA-256 of each file that the agreement names."""
    return library.open_drop(_among_the_facts(settings), agreement, name)


def _among_the_facts(settings: Settings) -> Settings:
    return replace(settings, reference=settings.schemas / FACTS)
