"""What an answer means for a delivery's people, and that nobody is used who cannot be asked for."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import duckdb
import pytest

from pipelines.consent.opt_out import REASONS_OF_OPT_OUT, apply_opt_outs
from pipelines.core.agreement import load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadConsent
from pipelines.core.settings import PROJECT
from pipelines.core.stages import Drop, Landed
from tests.rooms.opt_out.national_service import nhs_numbers

AGREEMENT = load_agreements(PROJECT / "schemas")["movewell_referrals"]
CONTRACTS = load_contracts(PROJECT / "schemas")
DROP = Drop("movewell_referrals", "2026-09-30", PROJECT, {}, "0" * 12)
FINE, OUT, OTHER = nhs_numbers(3)


@dataclass
class Asked:
    """Gives everybody back but one, and remembers who was asked for."""

    numbers: list[str] = field(default_factory=list)

    def __call__(self, numbers: Sequence[str]) -> frozenset[str]:
        self.numbers.extend(numbers)
        return frozenset(numbers) - {OUT}


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table people (person_ref varchar, nhs_number varchar)")
        connection.execute("create table visits (person_ref varchar)")
        connection.execute("create table consent_verdict (person_ref varchar, refusal varchar)")
        yield connection


def landed(table: str, relation: str, received: int = 1) -> Landed:
    kinds = tuple(f for f in AGREEMENT.files if f.table == table)
    return Landed(DROP, AGREEMENT, kinds, CONTRACTS.delivered(table), relation, received)


def people(engine: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, str | None]]) -> None:
    """People whose consent covers the use."""
    engine.executemany("insert into people values (?, ?)", rows)
    engine.execute("insert into consent_verdict select distinct person_ref, null from people")


def verdicts(engine: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    return dict(engine.execute("select person_ref, refusal from consent_verdict").fetchall())


ROWS = [
    ("may be used", [("P", FINE)], None),
    ("opted out", [("P", OUT)], "national_opt_out"),
    ("written with spaces", [("P", f" {OUT[:3]} {OUT[3:6]}-{OUT[6:]} ")], "national_opt_out"),
    ("no number", [("P", None)], "opt_out_unknown"),
    ("not a valid number", [("P", "9990000000")], "opt_out_unknown"),
    ("a valid number and a broken one", [("P", FINE), ("P", "999")], None),
    ("two numbers, one opted out", [("P", FINE), ("P", OUT)], "national_opt_out"),
]


@pytest.mark.parametrize(("rows", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_a_person(
    engine: duckdb.DuckDBPyConnection, rows: list[tuple[str, str | None]], expected: str | None
) -> None:
    people(engine, rows)
    apply_opt_outs(landed("participant", "people"), Asked(), engine)
    assert verdicts(engine) == {"P": expected}


def test_every_reason_is_explained(engine: duckdb.DuckDBPyConnection) -> None:
    people(engine, [("A", FINE), ("B", OUT), ("C", None)])
    apply_opt_outs(landed("participant", "people"), Asked(), engine)
    assert set(verdicts(engine).values()) - {None} == set(REASONS_OF_OPT_OUT)


def test_nobody_is_asked_for_whose_consent_does_not_cover_the_use(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    people(engine, [("A", FINE), ("B", OTHER)])
    engine.execute("update consent_verdict set refusal = 'withdrawn' where person_ref = 'B'")
    ask = Asked()
    apply_opt_outs(landed("participant", "people"), ask, engine)
    assert ask.numbers == [FINE]
    assert verdicts(engine)["B"] == "withdrawn"


def test_when_there_is_nobody_to_ask_for_nothing_is_asked(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    def refuse(_: Sequence[str]) -> frozenset[str]:
        raise BadConsent("asked", "asked.", "Do not.")

    people(engine, [("A", None)])
    apply_opt_outs(landed("participant", "people"), refuse, engine)
    assert verdicts(engine) == {"A": "opt_out_unknown"}


def test_other_tables_follow_the_people(engine: duckdb.DuckDBPyConnection) -> None:
    people(engine, [("A", FINE), ("B", OUT)])
    apply_opt_outs(landed("participant", "people"), Asked(), engine)
    engine.execute("update consent_verdict set refusal = null")
    ask = Asked()
    apply_opt_outs(landed("referral", "visits"), ask, engine)
    assert (verdicts(engine), ask.numbers) == ({"A": None, "B": "national_opt_out"}, [])


def test_a_person_of_another_table_alone_is_unknown(engine: duckdb.DuckDBPyConnection) -> None:
    people(engine, [("A", FINE)])
    engine.execute("insert into consent_verdict values ('Z', null)")
    apply_opt_outs(landed("participant", "people"), Asked(), engine)
    assert verdicts(engine)["Z"] == "opt_out_unknown"


@pytest.mark.parametrize("table", ["referral", "participant"])
def test_a_delivery_without_new_people_is_refused_whole(
    engine: duckdb.DuckDBPyConnection, table: str
) -> None:
    """Its rows would be refused one by one otherwise, and never come again."""
    with pytest.raises(BadConsent, match="opt-out-no-people"):
        apply_opt_outs(landed(table, "people", received=0), Asked(), engine)


def test_a_sealed_delivery_cannot_be_asked_about(engine: duckdb.DuckDBPyConnection) -> None:
    sealed = dataclasses.replace(
        landed("participant", "people"), drop=dataclasses.replace(DROP, sealed=True)
    )
    with pytest.raises(BadConsent, match="opt-out-sealed"):
        apply_opt_outs(sealed, Asked(), engine)
