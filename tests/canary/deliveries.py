"""Deliveries full of marks: every column of every file, and one bad row for every rule code.

Rows are written in canonical terms and rendered as each agreement says that the provider writes.
"""

import csv
import datetime as dt
import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.contract import Contract, Contracts, LogicalType
from tests.canary.bad_rows import ALONE, GOOD, IGNORED, NEIGHBOURS, STORIES, Cell, Row
from tests.canary.marks import Kind, Mark

LONDON = ZoneInfo("Europe/London")
DROP = "2026-09-30"
KNOWN_POSTCODE = "XK11 0AG"
"""One that the synthetic directory has, so that somebody lives somewhere."""


@dataclass
class Pool:
    """The marks, handed out in turn by kind."""

    marks: Sequence[Mark]
    _turns: dict[Kind, Iterator[str]] = field(default_factory=dict)

    def next(self, kind: Kind) -> str:
        """The next mark of a kind; after the last comes the first again."""
        if kind not in self._turns:
            texts = [mark.text for mark in self.marks if mark.kind is kind]
            self._turns[kind] = itertools.cycle(texts)
        return next(self._turns[kind])


@dataclass
class Writer:
    """Renders one provider's delivery."""

    agreement: Agreement
    contracts: Contracts
    pool: Pool
    people: dict[str, None] = field(default_factory=dict)
    stories: dict[str, str] = field(default_factory=dict)
    _number: int = 0

    def __post_init__(self) -> None:
        """A person for each reason of a refusal; a card's number stands for theirs."""
        self.stories = {reason: self.pool.next(Kind.CARD) for reason in STORIES}

    def files(self) -> dict[str, bytes]:
        """All files of the delivery; consents last, for they name everyone who was met."""
        kinds = sorted(self.agreement.files, key=lambda f: f.table == "consent_event")
        return {self._file_name(kind): self._render(kind, self._rows(kind)) for kind in kinds}

    def _file_name(self, kind: FileAgreement) -> str:
        return kind.pattern.replace("*", self.pool.next(Kind.EMAIL))

    def _rows(self, kind: FileAgreement) -> list[dict[str, str | None]]:
        contract = self.contracts.delivered(kind.table)
        if kind.table == "consent_event":
            return [*self._consents(kind, contract)]
        rows = [self._row(kind, {"postcode": KNOWN_POSTCODE}) for _ in range(48)]
        rows += [self._row(kind, bad) for bad in broken_columns(contract)]
        rows += [self._row(kind, bad) for bad in ALONE.get(kind.table, {}).values()]
        rows += [self._row(kind, {"person_ref": ref}) for ref in self.stories.values()]
        for neighbours in NEIGHBOURS.get(kind.table, {}).values():
            rows += self._together(kind, neighbours)
        rows += self._every_mark_in_every_column(kind)
        return rows

    def _row(self, kind: FileAgreement, changes: Row) -> dict[str, str | None]:
        """A good row of marks, but for the changes, as the provider writes it."""
        self._number += 1
        canonical: dict[str, Cell] = {**GOOD[kind.table](self._number), **changes}
        person = canonical.get("person_ref")
        if isinstance(person, Kind):
            canonical["person_ref"] = self.pool.next(person)
        self._meet(canonical.get("person_ref"))
        given = {
            source: self._cell(kind, name, canonical.get(name))
            for source, name in one_source_each(kind).items()
        }
        unasked = {name: self.pool.next(IGNORED.get(name, Kind.SURNAME)) for name in kind.ignore}
        return {**given, **unasked}

    def _meet(self, ref: object) -> None:
        if isinstance(ref, str) and ref not in self.stories.values():
            self.people[ref] = None

    def _together(self, kind: FileAgreement, rows: Sequence[Row]) -> list[dict[str, str | None]]:
        """Rows of one person, of which a rule lets the first pass."""
        ref = self.pool.next(Kind.MEMBER)
        own = f"own-{self._number}"
        shared = {"person_ref": ref, "referral_id": own, "source_record_id": own}
        return [self._row(kind, {**shared, **row}) for row in rows]

    def _every_mark_in_every_column(
        self, kind: FileAgreement, person: Cell = Kind.MEMBER
    ) -> list[dict[str, str | None]]:
        rows = []
        for source in [*one_source_each(kind), *kind.ignore]:
            for what in Kind:
                mark = self.pool.next(what)
                rows.append({**self._row(kind, {"person_ref": person}), source: mark})
                if kind.columns.get(source) == "person_ref":
                    self._meet(mark)
        return rows

    def _consents(self, kind: FileAgreement, contract: Contract) -> Iterator[dict[str, str | None]]:
        """Everyone agrees, but for one person for each reason of a refusal."""
        for ref in list(self.people):
            yield self._row(kind, {"person_ref": ref})
        for reason, ref in self.stories.items():
            for event in STORIES[reason]:
                yield self._row(kind, {**event, "person_ref": ref})
        # A bad row shuts its person out, so it is about somebody whom no other file names.
        for bad in [*broken_columns(contract), *ALONE["consent_event"].values()]:
            if "person_ref" not in bad:
                yield self._row(kind, {**bad, "person_ref": Kind.HOUSEHOLD})
        yield from self._every_mark_in_every_column(kind, Kind.HOUSEHOLD)

    def _cell(self, kind: FileAgreement, name: str, value: Cell) -> str | None:
        """A canonical value as this provider writes it."""
        if isinstance(value, Kind):
            what, value = value, self.pool.next(value)
            if what is Kind.BIRTH_DATE and name in ("birth_date", "happened_on"):
                value = dt.date.fromisoformat(value)
        if isinstance(value, dt.datetime):
            if kind.timestamp_format == "iso":
                return value.astimezone(LONDON).isoformat()
            return value.astimezone(ZoneInfo(kind.timezone)).strftime(kind.timestamp_format)
        if isinstance(value, dt.date):
            return value.strftime(kind.date_format)
        if value is None:
            return None
        written = {canonical: source for source, canonical in kind.values.get(name, {}).items()}
        return written.get(value, value)

    def _render(self, kind: FileAgreement, rows: list[dict[str, str | None]]) -> bytes:
        if kind.format == "legend":
            return json.dumps(rows).encode()
        text = io.StringIO()
        writer = csv.DictWriter(
            text, list(rows[0]), delimiter=kind.options.get("delimiter", ","), lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode(kind.options.get("encoding", "utf-8"))


def one_source_each(kind: FileAgreement) -> dict[str, str]:
    """Source column to canonical column; of two names for one column, the first."""
    chosen: dict[str, str] = {}
    for source, canonical in kind.columns.items():
        if canonical not in chosen.values():
            chosen[source] = canonical
    return chosen


def source_of(kind: FileAgreement, canonical: str) -> str:
    """The source column of a canonical one."""
    return next(s for s, name in kind.columns.items() if name == canonical)


def broken_columns(contract: Contract) -> Iterator[Row]:
    """One row for each thing that can be wrong with a column by itself."""
    for column in contract.columns:
        if column.required:
            yield {column.name: None}
        if column.type is not LogicalType.STRING:
            yield {column.name: Kind.SURNAME}
        if column.form == "nhs_number":
            yield {column.name: Kind.WRONG_NHS_NUMBER}
        if column.form == "postcode" or column.allowed or column.pattern:
            yield {column.name: Kind.NHS_NUMBER}
        if column.minimum is not None:
            yield {column.name: str(int(column.minimum) - 1)}
        if column.maximum is not None:
            yield {column.name: str(int(column.maximum) + 1)}


def column_codes(contract: Contract, delivered: Mapping[str, bool]) -> set[str]:
    """Codes that the delivered columns can give; `delivered` says whether a time is local."""
    codes = set()
    for column in contract.columns:
        if column.name not in delivered:
            continue
        found = {
            "required": column.required,
            "type": column.type is not LogicalType.STRING,
            "form": bool(column.form),
            "allowed": bool(column.allowed),
            "pattern": bool(column.pattern),
            "range": column.minimum is not None or column.maximum is not None,
            "absent_local_time": column.type is LogicalType.TIMESTAMP and delivered[column.name],
        }
        codes |= {f"{contract.name}.{column.name}.{what}" for what, can in found.items() if can}
    return codes
