"""The line at the provider's edge: an export in, a sealed drop out, with no identifier in it.

    source → validate → pseudonymise → [ sealed drop ]

It needs the provider's kit and no store, ledger or root key. Rows that break a rule stay here.
"""

import dataclasses
import datetime as dt
import hashlib
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.consent import CONSENT, pass_open_table
from pipelines.core.agreement import (
    Agreement,
    FileAgreement,
    check_in_force,
    find_agreement,
    load_agreements,
)
from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.duck import fetch_table, open_engine
from pipelines.core.errors import BadAgreement, BadConsent, BadDelivery, BadSettings
from pipelines.core.settings import Settings
from pipelines.core.shapes import column_list
from pipelines.core.stages import Checked, Drop
from pipelines.house import House
from pipelines.pseudonymise.edge import make_kit, open_kit, put_tokens, shut_out
from pipelines.pseudonymise.keys.edge_keys import SealingKeys
from pipelines.source import (
    SHEET,
    CoverSheet,
    SealedFile,
    SealedRows,
    files_of,
    open_directory,
    open_folder,
    read_in_place,
    sealed_columns,
    sealed_place,
    write_drop,
    write_sealed_rows,
)
from pipelines.validate import check_rows_alone, judge_delivery


@dataclass(frozen=True)
class KeptBack:
    """Rows of one file that broke one rule: their numbers, never what is in them."""

    table: str
    pattern: str
    file_number: int
    code: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class SealSummary:
    """What became of one export. Counts and row numbers only."""

    provider: str
    delivery: str
    sealed: Mapping[str, int]
    kept_back: tuple[KeptBack, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """What a provider's machine has: the agreements, the contracts, its own kit."""

    settings: Settings
    contracts: Contracts
    agreements: Mapping[str, Agreement]
    keys: SealingKeys


def issue_kit(house: House, provider: str, passphrase_file: Path, *, on: dt.date) -> bytes:
    """A provider's kit. That it was made is recorded before anybody has it."""
    agreement = _about_people(house.agreements, provider)
    check_in_force(agreement, on)
    kit = make_kit(house.keys.edge(provider), provider, passphrase_file, on)
    house.ledger.record("edge_kit_made", provider=provider, key=house.keys.key_id)
    return kit


def open_edge(settings: Settings, provider: str, kit: Path, passphrase_file: Path) -> Edge:
    """What a provider's machine has: no house is opened."""
    return Edge(
        settings=settings,
        contracts=load_contracts(settings.schemas),
        agreements=load_agreements(settings.schemas),
        keys=open_kit(kit, passphrase_file, provider),
    )


def seal_drop(
    edge: Edge, export: Path, target: Path, *, as_of: dt.date, postcodes: Path | None
) -> SealSummary:
    """Seal an export into a folder named by the delivery's day; whole or not at all."""
    agreement = _about_people(edge.agreements, edge.keys.provider)
    check_in_force(agreement, as_of)
    drop = open_folder(agreement, export, target.name)
    if target.exists():
        raise BadDelivery(
            "edge-target-exists",
            "the folder for the sealed delivery is there already.",
            "Name another day, such as 2026-09-30-2, or remove what was not sent.",
        )
    with TemporaryDirectory() as scratch:
        settings = dataclasses.replace(edge.settings, home=Path(scratch))
        with open_engine(settings) as engine:
            sealing = _Sealing(edge, agreement, drop, as_of, engine)
            sealing.know_postcodes(postcodes)
            made = sealing.run()
    _write(edge, agreement, target, made)
    return sealing.summary(made)


@dataclass(frozen=True)
class _File:
    """One sealed file and what it was made from."""

    sheet: SealedFile
    data: bytes


@dataclass(frozen=True)
class _Made:
    """Everything that one table of the export became."""

    files: tuple[_File, ...]
    kept_back: tuple[KeptBack, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Sealing:
    """The line over one export's files, in one engine."""

    edge: Edge
    agreement: Agreement
    drop: Drop
    as_of: dt.date
    engine: duckdb.DuckDBPyConnection

    def know_postcodes(self, path: Path | None) -> None:
        """The table `postcode_directory`: a postcode's neighbourhood must be found on this side."""
        if path is not None:
            contract = self.edge.contracts.delivered("postcode_directory")
            drop, publisher, file = open_directory(self.edge.agreements.values(), path)
            landed = pass_open_table(read_in_place(drop, publisher, [file], contract, self.engine))
            check_rows_alone(landed, self.as_of, self.engine, self.edge.settings.people)
            self.engine.execute("create view postcode_directory as from checked_postcode_directory")
            return
        if any("postcode" in file.columns.values() for file in self.agreement.files):
            raise BadSettings(
                "edge-postcodes-missing",
                "the export has postcodes, and no postcode directory was given.",
                "Name one with --postcodes: sealed rows carry the neighbourhood in its place.",
            )
        columns = "postcode varchar, area_code varchar"
        self.engine.execute(f"create table postcode_directory ({columns})")

    def run(self) -> tuple[_Made, ...]:
        """Every table in turn; nothing is written before all of them are made."""
        by_table: dict[str, list[FileAgreement]] = {}
        for file in (f for f in self.agreement.files if files_of(self.drop, f)):
            by_table.setdefault(file.table, []).append(file)
        return tuple(self._one_table(table, kinds) for table, kinds in by_table.items())

    def summary(self, made: tuple[_Made, ...]) -> SealSummary:
        """What to tell the provider."""
        sealed: dict[str, int] = {}
        for file in (f.sheet for m in made for f in m.files):
            sealed[file.table] = sealed.get(file.table, 0) + file.rows
        return SealSummary(
            self.drop.provider,
            self.drop.name,
            sealed,
            tuple(k for m in made for k in m.kept_back),
            tuple(w for m in made for w in m.warnings),
        )

    def _one_table(self, table: str, kinds: list[FileAgreement]) -> _Made:
        contract, engine = self.edge.contracts.delivered(table), self.engine
        landed = read_in_place(self.drop, self.agreement, kinds, contract, engine)
        consented = pass_open_table(landed)
        checked = check_rows_alone(consented, self.as_of, engine, self.edge.settings.people)
        warnings = judge_delivery(checked, engine, self.edge.settings.expectations)
        columns = sealed_columns(contract)
        relations = [put_tokens(checked, columns, engine, self.edge.keys)]
        if table == CONSENT:
            self._refuse_nameless(checked)
            relations.append(shut_out(checked, columns, engine, self.edge.keys))
        kept_back = self._kept_back(checked)
        files = self._files(kinds, columns, relations, kept_back)
        return _Made(files, kept_back, tuple(warnings))

    def _files(
        self,
        kinds: list[FileAgreement],
        columns: tuple[str, ...],
        relations: list[str],
        kept_back: tuple[KeptBack, ...],
    ) -> tuple[_File, ...]:
        made = []
        for number, (kind, name) in enumerate(self._sources(kinds), start=1):
            parts = (f"select * from {r} where file_number = {number}" for r in relations)
            rows = fetch_table(
                self.engine,
                f"select {column_list(columns)} from ({' union all '.join(parts)}) "
                "order by row_number",
            )
            back = sum(len(k.rows) for k in kept_back if k.file_number == number)
            back = 0 if kind.table == CONSENT else back
            plain = write_sealed_rows(SealedRows(rows, self.drop.digests[name], back))
            made.append(self._encrypted(kind, number, rows.num_rows, plain))
        return tuple(made)

    def _encrypted(self, kind: FileAgreement, number: int, rows: int, plain: bytes) -> _File:
        name = f"{kind.table}-{number}.sealed"
        data = self.edge.keys.seal(sealed_place(self.drop.name, name, kind.pattern), plain)
        digest = hashlib.sha256(data).hexdigest()
        return _File(SealedFile(name, kind.table, kind.pattern, rows, digest), data)

    def _sources(self, kinds: list[FileAgreement]) -> list[tuple[FileAgreement, str]]:
        return [(kind, name) for kind in kinds for name in files_of(self.drop, kind)]

    def _kept_back(self, checked: Checked) -> tuple[KeptBack, ...]:
        kinds = [kind for kind, _ in self._sources(list(checked.consented.landed.kinds))]
        rows = self.engine.execute(
            f"select file_number, code, list(row_number order by row_number) "
            f"from judged_{checked.relation} where code is not null group by all order by all"
        ).fetchall()
        table = checked.contract.name
        return tuple(
            KeptBack(table, kinds[number - 1].pattern, number, code, tuple(numbers))
            for number, code, numbers in rows
        )

    def _refuse_nameless(self, checked: Checked) -> None:
        sql = f"select count(*) from judged_{checked.relation} where person_ref is null"
        nameless = self.engine.execute(sql).fetchall()[0][0]
        if nameless:
            raise BadConsent(
                "consent-nameless",
                f"{nameless} rows of the consent file name no person.",
                "Whose consent they end cannot be known, so nothing was sealed. Correct the file.",
            )


def _about_people(agreements: Mapping[str, Agreement], provider: str) -> Agreement:
    agreement = find_agreement(agreements, provider)
    if not agreement.person_level:
        raise BadAgreement(
            "edge-open-data",
            f"{provider} publishes open tables without people.",
            "Only deliveries of people are sealed.",
        )
    return agreement


def _write(edge: Edge, agreement: Agreement, target: Path, made: tuple[_Made, ...]) -> None:
    files = [file for table in made for file in table.files]
    sheet = CoverSheet(
        provider=agreement.provider,
        delivery=target.name,
        agreement=agreement.reference,
        key_id=edge.keys.key_id,
        token_key_id=edge.keys.token_key_id,
        kit_made_on=edge.keys.made_on,
        made_by=f"widebridge {importlib.metadata.version('widebridge')}",
        files=tuple(file.sheet for file in files),
    )
    contents = {file.sheet.name: file.data for file in files}
    contents[SHEET] = sheet.marked(edge.keys.mark(sheet.document()))
    write_drop(target, contents)
