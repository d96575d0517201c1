"""What became of a delivery's rows. Counts only: safe for a ledger, a log, a scheduler."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.core.errors import WidebridgeError


@dataclass(frozen=True)
class TableCount:
    """What became of the rows of one table of a delivery."""

    table: str
    received: int
    kept: int
    refused: Mapping[str, int]
    quarantined: Mapping[str, int]
    noted: Mapping[str, int]
    warnings: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    """SHA-256 of the provider's files that the rows came in."""

    def check_identity(self) -> None:
        """Every row that came is kept, refused or quarantined, and counted once."""
        accounted = self.kept + sum(self.refused.values()) + sum(self.quarantined.values())
        if accounted != self.received:
            raise WidebridgeError(
                f"{self.table}: {self.received} rows received, {accounted} accounted for"
            )


@dataclass(frozen=True)
class IntakeSummary:
    """What became of one delivery. Counts only."""

    provider: str
    drop_name: str
    delivery_id: str
    already_in: bool
    tables: tuple[TableCount, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """What is worth a question to the provider."""
        return [f"{t.table} of {self.provider}: {w}" for t in self.tables for w in t.warnings]

    def as_facts(self) -> dict[str, int | str]:
        """Flat counts, for a ledger entry or a scheduler's result."""
        return {
            "provider": self.provider,
            "delivery": self.delivery_id,
            "already_in": int(self.already_in),
            "received": sum(t.received for t in self.tables),
            "kept": sum(t.kept for t in self.tables),
            "refused": sum(sum(t.refused.values()) for t in self.tables),
            "quarantined": sum(sum(t.quarantined.values()) for t in self.tables),
            "warnings": len(self.warnings),
        }


def fates(count: TableCount) -> list[tuple[str, str, int]]:
    """(fate, code, rows) of a table's rows, as the store keeps them."""
    return [
        ("kept", "", count.kept),
        *(("refused", code, n) for code, n in sorted(count.refused.items())),
        *(("quarantined", code, n) for code, n in sorted(count.quarantined.items())),
        *(("noted", code, n) for code, n in sorted(count.noted.items())),
    ]
