"""Line 1: one delivery at a time, from a provider's files to the linked store.

    source → consent → validate → pseudonymise → [ linked store ]

Everything before the store is red: people are identifiable there, and all that is kept is sealed.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.consent import (
    add_events,
    keep_consented,
    make_periods,
    open_register,
    pass_open_table,
)
from pipelines.core.agreement import Agreement, FileAgreement, check_in_force, find_agreement
from pipelines.core.contract import Contract
from pipelines.core.duck import fetch_count, open_engine
from pipelines.core.errors import BadDelivery, Refused
from pipelines.core.shapes import arrow_schema, quoted
from pipelines.core.stages import Checked, Drop, Landed
from pipelines.core.store import bind_tables
from pipelines.counts import IntakeSummary, TableCount, fates
from pipelines.house import House
from pipelines.pseudonymise import link_consent, pseudonymise
from pipelines.source import (
    Landing,
    files_of,
    land,
    list_drops,
    list_unfinished,
    open_drop,
    read_landed,
)
from pipelines.validate import check_rows, judge_delivery, quarantined_rows

Progress = Callable[[str], None]
CONSENT = "consent_event"


def find_drops(house: House, provider: str) -> list[str]:
    """Names of the provider's finished deliveries, oldest first."""
    return list_drops(house.settings, find_agreement(house.agreements, provider))


def find_all_drops(house: House, providers: Sequence[str] | None) -> list[tuple[str, str]]:
    """(provider, drop) of every finished delivery: open tables before people, who need them."""
    names = providers or sorted(house.agreements, key=lambda p: house.agreements[p].person_level)
    return [(name, drop) for name in names for drop in find_drops(house, name)]


def find_unfinished(house: House, providers: Sequence[str] | None) -> list[str]:
    """`provider/drop` of deliveries that their sender has not finished."""
    return [
        f"{name}/{drop}"
        for name in providers or sorted(house.agreements)
        for drop in list_unfinished(house.settings, find_agreement(house.agreements, name))
    ]


def take_in_all(
    house: House, providers: Sequence[str] | None, *, as_of: dt.date, progress: Progress
) -> tuple[list[IntakeSummary], list[Refused]]:
    """Take every finished delivery in. A refusal stops that delivery and no other."""
    summaries: list[IntakeSummary] = []
    refusals: list[Refused] = []
    for provider, drop in find_all_drops(house, providers):
        progress(f"{provider}/{drop}")
        try:
            summaries.append(take_in(house, provider, drop, as_of=as_of))
        except Refused as refusal:
            refusals.append(refusal)
    return summaries, refusals


def take_in(
    house: House,
    provider: str,
    drop_name: str,
    *,
    as_of: dt.date,
) -> IntakeSummary:
    """Take one delivery in, whole or not at all. A refusal is recorded, then raised."""
    try:
        return _take_in(house, find_agreement(house.agreements, provider), drop_name, as_of)
    except Refused as refusal:
        house.ledger.record("intake_refused", provider=provider, code=refusal.code)
        raise


def _take_in(house: House, agreement: Agreement, drop_name: str, as_of: dt.date) -> IntakeSummary:
    check_in_force(agreement, as_of)
    drop = open_drop(house.settings, agreement, drop_name)
    if house.store.has(drop.provider, drop.delivery_id):
        return IntakeSummary(drop.provider, drop.name, drop.delivery_id, already_in=True)
    house.ledger.record("intake_started", provider=drop.provider, delivery=drop.delivery_id)
    land(drop, house.settings, house.keys)
    with open_engine(house.settings, readable=[house.settings.amber]) as engine:
        bind_tables(engine, house.contracts.store_tables(), house.store)
        _check_postcodes_known(agreement, drop, engine)
        line = _Line(house, agreement, drop, as_of, engine)
        counts = line.run()
        tables = line.linked_tables(counts)
        house.store.append(drop.provider, drop.name, drop.delivery_id, tables, house.ledger)
    summary = IntakeSummary(drop.provider, drop.name, drop.delivery_id, False, counts)
    house.ledger.record("intake_finished", **summary.as_facts())
    return summary


def _check_postcodes_known(
    agreement: Agreement, drop: Drop, engine: duckdb.DuckDBPyConnection
) -> None:
    """Past the border a postcode is gone, so its neighbourhood must be known before."""
    wanted = any(
        "postcode" in f.columns.values() for f in agreement.files if agreement.person_level
    )
    if wanted and not fetch_count(engine, "select count(*) from postcode_directory"):
        raise BadDelivery(
            "postcodes-missing",
            f"{drop.provider}/{drop.name} has postcodes, and the store has no postcode directory.",
            "Take in a postcode directory first (docs/reference/reference-data.md), then this.",
        )


@dataclass(frozen=True)
class _Line:
    """The line over one delivery's files, in one engine."""

    house: House
    agreement: Agreement
    drop: Drop
    as_of: dt.date
    engine: duckdb.DuckDBPyConnection

    def run(self) -> tuple[TableCount, ...]:
        """Consent first: no other file is looked at before it is known who agreed."""
        files = sorted(self.agreement.files, key=lambda f: f.table != CONSENT)
        if self.agreement.person_level and (not files or files[0].table != CONSENT):
            raise BadDelivery(
                "consent-not-agreed",
                f"the agreement of {self.agreement.provider} names no consent file.",
                "Add one to the agreement: without it nobody's record may be used.",
            )
        by_table: dict[str, list[FileAgreement]] = {}
        for file in (f for f in files if files_of(self.drop, f)):
            by_table.setdefault(file.table, []).append(file)
        return tuple(self._one_table(table, kinds) for table, kinds in by_table.items())

    def _one_table(self, table: str, kinds: list[FileAgreement]) -> TableCount:
        house, engine, day = self.house, self.engine, self.as_of
        contract = house.contracts.delivered(table)
        landing = Landing(house.settings, house.keys)
        landed = read_landed(
            self.drop, self.agreement, kinds, contract, engine, landing, self._already_taken()
        )
        if contract.person_level and table != CONSENT:
            consented = keep_consented(landed, self.agreement.purposes, day, engine)
        else:
            consented = pass_open_table(landed)
        checked = check_rows(consented, day, engine, house.settings, house.keys)
        count = _count(checked)
        count.check_identity()
        warnings = judge_delivery(checked, engine, house.settings.expectations)
        self._hand_on(checked)
        return dataclasses.replace(count, warnings=tuple(warnings))

    def _hand_on(self, checked: Checked) -> None:
        """Over the border, or into the register; an open table stays as it is."""
        house, engine, contract = self.house, self.engine, checked.contract
        if contract.name == CONSENT:
            aside = quarantined_rows(checked, engine)
            add_events(checked, aside, self.as_of.isoformat(), engine, house.settings, house.keys)
            register = open_register(
                self.drop.provider, contract, engine, house.settings, house.keys
            )
            link_consent(make_periods(register, engine), self.drop.provider, engine, house.keys)
        elif contract.person_level:
            pseudonymise(checked, house.contracts.linked_from(contract.name), engine, house.keys)
        else:
            engine.execute(
                f"create view linked_{contract.name} as select * from {checked.relation}"
            )

    def linked_tables(
        self, counts: tuple[TableCount, ...]
    ) -> dict[str, tuple[Contract, pa.RecordBatchReader]]:
        """What goes into the store: a reader of each linked or open table, and the counts."""
        self._record_counts(counts)
        made = {row[0] for row in self.engine.execute(
            "select table_name from information_schema.tables where table_name like 'linked_%'"
        ).fetchall()}  # fmt: skip
        contracts = [c for c in self.house.contracts.store_tables() if f"linked_{c.name}" in made]
        return {c.name: (c, self._reader(c)) for c in contracts}

    def _reader(self, contract: Contract) -> pa.RecordBatchReader:
        names = ", ".join(quoted(c.name) for c in contract.columns)
        order = ", ".join(quoted(name) for name in contract.key)
        cursor = self.engine.cursor()
        rows = f"select {names} from linked_{contract.name} order by {order}"
        return cursor.sql(rows).to_arrow_reader(100_000)

    def _record_counts(self, counts: tuple[TableCount, ...]) -> None:
        rows = [
            (
                self.drop.provider,
                self.drop.delivery_id,
                self.drop.name,
                count.table,
                self.as_of,
                *fate,
            )
            for count in counts
            for fate in fates(count)
        ]
        files = [
            (self.drop.provider, self.drop.delivery_id, file.table, self.drop.digests[name])
            for file in self.agreement.files
            for name in files_of(self.drop, file)
        ]
        for table, values in (("intake_count", rows), ("intake_file", sorted(set(files)))):
            schema = arrow_schema(self.house.contracts.linked(table))
            columns = [
                pa.array(c, t) for c, t in zip(zip(*values, strict=True), schema.types, strict=True)
            ]
            self.engine.register("counted", pa.table(columns, names=schema.names))
            self.engine.execute(f"create table linked_{table} as select * from counted")
            self.engine.unregister("counted")

    def _already_taken(self) -> frozenset[str]:
        """Files of people taken in before. Open tables are read whole: a newer one replaces."""
        if not self.agreement.person_level:
            return frozenset()
        taken = self.engine.execute(
            "select sha256 from intake_file where provider = $provider",
            {"provider": self.drop.provider},
        ).fetchall()
        return frozenset(str(row[0]) for row in taken)


def _count(checked: Checked) -> TableCount:
    landed = checked.consented.landed
    return TableCount(
        table=landed.contract.name,
        received=landed.received,
        kept=checked.kept,
        refused=checked.consented.refused,
        quarantined=checked.quarantined,
        noted={**checked.noted, **_files_passed_over(landed)},
    )


def _files_passed_over(landed: Landed) -> dict[str, int]:
    code = f"{landed.contract.name}.file_already_taken_in"
    return {code: landed.passed_over} if landed.passed_over else {}
