"""The steps that one delivery takes through the rooms, in one engine: consent before all else.

What it leaves there are the linked tables, ready for the store.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.consent import (
    CONSENT,
    AskOptOuts,
    add_events,
    check_not_shrunk,
    check_opt_outs_asked,
    check_register_fresh,
    delivered_on,
    has_register,
    keep_consented,
    key_members,
    learn_ages,
    make_periods,
    name_members,
    open_register,
    pass_open_table,
    refuse_kept_back,
    refuse_nameless,
)
from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.contract import Contract
from pipelines.core.errors import BadDelivery
from pipelines.core.shapes import arrow_schema, quoted
from pipelines.core.stages import Checked, Consented, Drop, Landed
from pipelines.counts import TableCount, fates
from pipelines.house import House
from pipelines.pseudonymise import link_consent, place_open, pseudonymise
from pipelines.source import (
    Landing,
    files_of,
    read_landed,
)
from pipelines.validate import (
    check_rows,
    judge_delivery,
    load_activities,
    load_sites,
    name_activities,
    name_sites,
    quarantined_rows,
)
from pipelines.withdrawal import purge_withdrawn

PARTICIPANT = "participant"


@dataclass(frozen=True)
class IntakeLine:
    """The line over one delivery's files, in one engine."""

    house: House
    agreement: Agreement
    drop: Drop
    as_of: dt.date
    engine: duckdb.DuckDBPyConnection
    ask_opt_outs: AskOptOuts | None = None

    def run(self) -> tuple[TableCount, ...]:
        """Consent first: no other file is looked at before it is known who agreed."""
        kinds = self._kinds_by_table()
        counts = []
        if self.agreement.person_level:
            consent = kinds.pop(CONSENT, [])
            counts = [self._take_consent(consent)] if consent else []
            people = kinds.pop(PARTICIPANT, [])
            participants = self._read(PARTICIPANT, people) if people else None
            self._settle_consent(participants)
            counts.extend([self._one_table(participants)] if participants else [])
        counts.extend(self._one_table(self._read(table, files)) for table, files in kinds.items())
        return tuple(counts)

    def _kinds_by_table(self) -> dict[str, list[FileAgreement]]:
        files = self.agreement.files
        if self.agreement.person_level and CONSENT not in [f.table for f in files]:
            raise BadDelivery(
                "consent-not-agreed",
                f"the agreement of {self.agreement.provider} names no consent file.",
                "Add one to the agreement: without it nobody's record may be used.",
            )
        by_table: dict[str, list[FileAgreement]] = {}
        for file in (f for f in files if files_of(self.drop, f)):
            by_table.setdefault(file.table, []).append(file)
        return by_table

    def _read(self, table: str, kinds: list[FileAgreement]) -> Landed:
        house = self.house
        return read_landed(
            self.drop,
            self.agreement,
            kinds,
            house.contracts.delivered(table),
            self.engine,
            Landing(house.settings, house.keys),
            self._already_taken(),
        )

    def _take_consent(self, kinds: list[FileAgreement]) -> TableCount:
        """Every event into the register; one that cannot be read shuts its person out."""
        house, engine, provider = self.house, self.engine, self.drop.provider
        landed = self._read(CONSENT, kinds)
        refuse_kept_back(landed)
        if has_register(provider, house.settings):
            register = open_register(provider, landed.contract, engine, house.settings, house.keys)
            check_not_shrunk(landed, register, delivered_on(self.drop.name), engine)
        checked, count = self._check(pass_open_table(landed))
        aside = quarantined_rows(checked, engine)
        refuse_nameless(aside, self.drop)
        add_events(checked, aside, self.as_of, engine, house.settings, house.keys)
        return count

    def _settle_consent(self, participants: Landed | None) -> None:
        """Who is covered on which days; who withdrew leaves before anything else is stored."""
        house, engine, agreement = self.house, self.engine, self.agreement
        contract, rules = house.contracts.delivered(CONSENT), agreement.consent.age_rules
        register = open_register(agreement.provider, contract, engine, house.settings, house.keys)
        key_members(register, engine, house.keys)
        if rules:
            if participants:
                name_members(participants, engine, house.keys)
            learn_ages(participants, agreement.provider, self.as_of, engine)
        periods = make_periods(register, engine, rules)
        purge_withdrawn(house, agreement, self.drop.delivery_id, self.as_of, engine)
        check_register_fresh(agreement, self.as_of, engine)
        check_opt_outs_asked(agreement, self.ask_opt_outs)
        link_consent(periods, agreement.provider, engine, house.keys)

    def _one_table(self, landed: Landed) -> TableCount:
        consented = pass_open_table(landed)
        if landed.contract.person_level:
            purposes, keys = self.agreement.purposes, self.house.keys
            consented = keep_consented(
                landed, purposes, self.as_of, self.engine, keys, self.ask_opt_outs
            )
        checked, count = self._check(consented)
        self._hand_on(checked)
        return count

    def _check(self, consented: Consented) -> tuple[Checked, TableCount]:
        house, engine = self.house, self.engine
        checked = check_rows(consented, self.as_of, engine, house.settings, house.keys)
        count = _count(checked)
        count.check_identity()
        warnings = judge_delivery(checked, engine, house.settings.expectations)
        return checked, dataclasses.replace(count, warnings=tuple(warnings))

    def _hand_on(self, checked: Checked) -> None:
        """Over the border; an open table stays as it is."""
        house, engine, contract = self.house, self.engine, checked.contract
        linked = house.contracts.linked_from(contract.name)
        if contract.person_level:
            schemas = house.settings.schemas
            checked = name_activities(checked, load_activities(schemas), engine)
            checked = name_sites(checked, load_sites(schemas), engine)
            pseudonymise(checked, linked, engine, house.keys)
        elif linked:
            place_open(checked, linked, engine)
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
            (self.drop.provider, self.drop.delivery_id, count.table, digest)
            for count in counts
            for digest in count.digests
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
        noted={**checked.noted, **_files_passed_over(landed), **_rows_kept_back(landed)},
        digests=landed.digests,
    )


def _files_passed_over(landed: Landed) -> dict[str, int]:
    code = f"{landed.contract.name}.file_already_taken_in"
    return {code: landed.passed_over} if landed.passed_over else {}


def _rows_kept_back(landed: Landed) -> dict[str, int]:
    code = f"{landed.contract.name}.kept_back_by_provider"
    return {code: landed.kept_back} if landed.kept_back else {}
