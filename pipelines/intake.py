"""Line 1: one delivery at a time, from a provider's files to the linked store.

    source → consent → validate → pseudonymise → [ linked store ]

Everything before the store is red: people are identifiable there, and all that is kept is sealed.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress

import duckdb

from pipelines.consent import AskOptOuts
from pipelines.core.agreement import Agreement, check_in_force, find_agreement
from pipelines.core.contract import Zone
from pipelines.core.duck import fetch_count, open_engine
from pipelines.core.errors import BadDelivery, Refused
from pipelines.core.files import held
from pipelines.core.intents import INTAKE, Intent, Receipt, settle_intents
from pipelines.core.stages import Drop
from pipelines.core.store import bind_tables
from pipelines.counts import IntakeSummary
from pipelines.house import House
from pipelines.intake_line import IntakeLine
from pipelines.opt_out import asker_from
from pipelines.source import land, list_drops, list_unfinished, open_drop
from pipelines.withdrawal import clear_landing

Progress = Callable[[str], None]
DIRECTORY = "postcode_directory"


def find_drops(house: House, provider: str) -> list[str]:
    """Names of the provider's finished deliveries, oldest first."""
    return list_drops(house.settings, find_agreement(house.agreements, provider))


def find_all_drops(house: House, providers: Sequence[str] | None) -> list[tuple[str, str]]:
    """(provider, drop) of every finished delivery: open tables before what needs them."""
    names = providers or sorted(house.agreements, key=lambda p: _rank(house.agreements[p]))
    return [(name, drop) for name in names for drop in find_drops(house, name)]


def _rank(agreement: Agreement) -> tuple[bool, bool]:
    """Postcodes are looked up in an open table, and so are people's."""
    return agreement.person_level, _has_postcodes(agreement)


def _has_postcodes(agreement: Agreement) -> bool:
    """Whether a table other than the directory itself brings postcodes to be looked up."""
    files = [f for f in agreement.files if f.table != DIRECTORY]
    return any("postcode" in file.columns.values() for file in files)


def find_unfinished(house: House, providers: Sequence[str] | None) -> list[str]:
    """`provider/drop` of deliveries that their sender has not finished."""
    return [
        f"{name}/{drop}"
        for name in providers or sorted(house.agreements)
        for drop in list_unfinished(house.settings, find_agreement(house.agreements, name))
    ]


def take_in_all(
    house: House,
    providers: Sequence[str] | None,
    *,
    as_of: dt.date,
    progress: Progress,
    ask_opt_outs: AskOptOuts | None = None,
) -> tuple[list[IntakeSummary], list[Refused]]:
    """Take every finished delivery in. A refusal stops that delivery and no other."""
    summaries: list[IntakeSummary] = []
    refusals: list[Refused] = []
    for provider, drop in find_all_drops(house, providers):
        progress(f"{provider}/{drop}")
        try:
            summaries.append(take_in(house, provider, drop, as_of=as_of, ask_opt_outs=ask_opt_outs))
        except Refused as refusal:
            refusals.append(refusal)
    return summaries, refusals


def take_in(
    house: House,
    provider: str,
    drop_name: str,
    *,
    as_of: dt.date,
    ask_opt_outs: AskOptOuts | None = None,
) -> IntakeSummary:
    """Take one delivery in, whole or not at all. A refusal is recorded, then raised."""
    try:
        agreement = find_agreement(house.agreements, provider)
        # Two runs of one provider would remove each other's landed files.
        with held(house.settings.red / "landing" / f".{agreement.provider}.lock"):
            return _take_in(house, agreement, drop_name, as_of, ask_opt_outs)
    except Refused as refusal:
        house.ledger.record("intake_refused", provider=provider, code=refusal.code)
        raise


def take_in_in_order(
    house: House, provider: str, drop_name: str, *, as_of: dt.date
) -> IntakeSummary:
    """Take one delivery in after the provider's earlier ones, whatever order a scheduler chose.

    An earlier one that is refused is recorded and passed over, as on the command line.
    """
    drops = find_drops(house, provider)
    for earlier in drops[: drops.index(drop_name)] if drop_name in drops else []:
        with suppress(Refused):
            take_in(house, provider, earlier, as_of=as_of)
    return take_in(house, provider, drop_name, as_of=as_of)


def _take_in(
    house: House,
    agreement: Agreement,
    drop_name: str,
    as_of: dt.date,
    ask_opt_outs: AskOptOuts | None,
) -> IntakeSummary:
    check_in_force(agreement, as_of)
    settle_intakes(house, agreement.provider)
    drop = open_drop(house.settings, agreement, drop_name)
    if house.store.has(drop.provider, drop.delivery_id):
        return IntakeSummary(drop.provider, drop.name, drop.delivery_id, already_in=True)
    house.ledger.record("intake_started", provider=drop.provider, delivery=drop.delivery_id)
    ask = ask_opt_outs or asker_from(house.settings, house.keys, house.ledger)
    ask = ask if agreement.consent.opt_out.applies else None
    try:
        land(drop, house.settings, house.keys)
        with open_engine(house.settings, readable=[house.settings.amber]) as engine:
            bind_tables(engine, house.contracts.store_tables(), house.store)
            _check_postcodes_known(agreement, drop, engine)
            line = IntakeLine(house, agreement, drop, as_of, engine, ask)
            counts = line.run()
            tables = line.linked_tables(counts)
            house.store.append(drop.provider, drop.name, drop.delivery_id, tables, house.ledger)
    finally:
        if agreement.person_level or _is_red(house, agreement):
            # Also what a killed run left: such files lie here only while they are taken in.
            clear_landing(house, drop.provider)
    summary = IntakeSummary(drop.provider, drop.name, drop.delivery_id, False, counts)
    house.ledger.record("intake_finished", **summary.as_facts())
    return summary


def settle_intakes(house: House, provider: str) -> None:
    """Record what became of intakes of a provider that a crash cut off. Its lock is held."""

    def settle(intent: Intent) -> Receipt | None:
        if intent.facts.get("provider") != provider:
            return None
        is_in = house.store.has(provider, str(intent.facts.get("delivery")))
        return ("intake_found_in" if is_in else "intake_abandoned"), intent.facts

    settle_intents(house.ledger, {INTAKE.intent: settle})


def _is_red(house: House, agreement: Agreement) -> bool:
    """Whether a file may hold people: records of them, or the contacts that a feed names."""
    tables = [house.contracts.delivered(file.table) for file in agreement.files]
    return any(table.zone is Zone.RED for table in tables)


def _check_postcodes_known(
    agreement: Agreement, drop: Drop, engine: duckdb.DuckDBPyConnection
) -> None:
    """Past the border a postcode is gone, so its neighbourhood must be known before."""
    # A sealed delivery brings neighbourhoods in place of postcodes.
    wanted = _has_postcodes(agreement) and not drop.sealed
    if wanted and not fetch_count(engine, "select count(*) from postcode_directory"):
        raise BadDelivery(
            "postcodes-missing",
            f"{drop.provider}/{drop.name} has postcodes, and the store has no postcode directory.",
            "Take in a postcode directory first (docs/reference/reference-data.md), then this.",
        )
