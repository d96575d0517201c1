"""Who withdraws leaves the linked store at once: no row, no file, no cache of them stays.

Straight down: finish what a run left unfinished; who withdrew and is not out yet; write that down,
sealed; take them out; give the provider a receipt. Cut off anywhere, the next run finishes it.
"""

import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.consent import (
    CONSENT,
    MEMBER,
    Act,
    Withdrawn,
    quarantined_tokens,
    receipt_of,
    settled,
    shown,
    take_out_of_quarantine,
    unfinished_acts,
    withdrawn_people,
    write_done,
    write_intent,
)
from pipelines.core.agreement import Agreement
from pipelines.core.files import write_whole
from pipelines.core.given_rows import forget_members
from pipelines.house import House


@dataclass(frozen=True)
class WithdrawalSummary:
    """What became of the withdrawals of one run. Counts only."""

    provider: str
    people: int
    held: int
    rows: Mapping[str, int]
    receipts: tuple[Path, ...]


def purge_withdrawn(
    house: House,
    agreement: Agreement,
    delivery_id: str,
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
) -> WithdrawalSummary:
    """Take everyone out whose register says that they withdrew, and who is not out yet.

    The engine holds the register and its periods (`consent_register`, `consent_periods`).
    """
    provider, settings, keys = agreement.provider, house.settings, house.keys
    acts = unfinished_acts(provider, settings, keys)
    receipts = [_carry_out(act, house, agreement) for act in acts]
    everyone = withdrawn_people(agreement.purposes, as_of, engine)
    tokens = everyone["member_token"].to_pylist()
    # A provider may go on sending somebody's events: a damaged one is put aside with a reference.
    take_out_of_quarantine(provider, tokens, settings, keys, delivery_id)
    act = _plan_act(house, provider, delivery_id, as_of, everyone.to_pylist())
    if act.people:
        write_intent(act, settings, keys)
        receipts.append(_carry_out(act, house, agreement))
        acts.append(act)
    _forget_periods(tokens, engine)
    return _summary(provider, acts, receipts)


def clear_landing(house: House, provider: str) -> None:
    """Remove the landed files of a provider: the store holds what is needed of them."""
    for path in (house.settings.red / "landing" / provider).glob("*"):
        path.unlink(missing_ok=True)


def _plan_act(
    house: House,
    provider: str,
    delivery_id: str,
    as_of: dt.date,
    withdrawn: Sequence[Mapping[str, Any]],
) -> Act:
    """Who is not dealt with yet or, whatever the reason, still held; and how much there is."""
    tokens = [str(row["member_token"]) for row in withdrawn]
    key_of = dict(zip(tokens, house.keys.store_keys(MEMBER)(tokens), strict=True))
    by_table = house.store.count_members(provider, key_of.values())
    in_store = {key for members in by_table.values() for key in members}
    dealt_with = settled(provider, house.settings, house.keys)
    aside = quarantined_tokens(provider, house.settings, house.keys) if tokens else set()
    people = (
        _withdrawn(
            row, held=key_of[row["member_token"]] in in_store or row["member_token"] in aside
        )
        for row in withdrawn
    )
    return Act(
        provider=provider,
        delivery=delivery_id,
        day=as_of.isoformat(),
        started_at=_now(),
        people=tuple(p for p in people if p.held or dealt_with.get(p.token, "") < p.withdrawn_on),
        rows={table: sum(members.values()) for table, members in by_table.items()},
    )


def _withdrawn(row: Mapping[str, Any], *, held: bool) -> Withdrawn:
    return Withdrawn(
        token=row["member_token"],
        withdrawn_on=row["withdrawn_on"].isoformat(),
        delivery=row["delivery_id"],
        file_number=row["file_number"],
        row_number=row["row_number"],
        held=held,
    )


def _forget_periods(tokens: Sequence[str], engine: duckdb.DuckDBPyConnection) -> None:
    """Days on which somebody once consented do not go into the store again after a withdrawal."""
    engine.register("gone", pa.table({"member_token": pa.array(tokens, pa.string())}))
    engine.execute(
        "delete from consent_periods where member_token in (select member_token from gone)"
    )
    engine.unregister("gone")


def _carry_out(act: Act, house: House, agreement: Agreement) -> Path | None:
    """Every step may be done again, so that a run that was cut off is only run again."""
    facts = {"provider": act.provider, "delivery": act.delivery, "people": shown(act.held)}
    if act.held:
        house.ledger.record("withdrawal_started", **facts)
    tokens = [person.token for person in act.people]
    member_keys = house.keys.store_keys(MEMBER)(tokens)
    house.store.purge(act.provider, member_keys)
    forget_members(house.settings, house.keys, act.provider, member_keys)
    take_out_of_quarantine(act.provider, tokens, house.settings, house.keys)
    receipt = None
    if act.held:
        _remove_what_was_made_of_them(house)
        receipt = _give_receipt(act, house, agreement)
        house.ledger.record("withdrawal_done", **facts, rows=shown(sum(act.rows.values())))
    write_done(act, house.settings, house.keys)
    return receipt


def _remove_what_was_made_of_them(house: House) -> None:
    """Release candidates and the table of who is the same person are made anew when needed."""
    for folder in (
        house.settings.staging,
        house.settings.pages / "waiting",
        house.settings.amber / "identity",
    ):
        shutil.rmtree(folder, ignore_errors=True)


def _give_receipt(act: Act, house: House, agreement: Agreement) -> Path:
    patterns = [file.pattern for file in agreement.files if file.table == CONSENT]
    document = receipt_of(act, agreement.reference, patterns, _now())
    name = f"withdrawal-{act.day}-{act.delivery}.json"
    place = house.settings.home / "receipts" / act.provider / name
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(place, text.encode())
    return place


def _summary(
    provider: str, acts: Sequence[Act], receipts: Sequence[Path | None]
) -> WithdrawalSummary:
    rows: Counter[str] = Counter()
    for act in acts:
        rows.update(act.rows)
    return WithdrawalSummary(
        provider,
        people=sum(len(act.people) for act in acts),
        held=sum(act.held for act in acts),
        rows=dict(rows),
        receipts=tuple(receipt for receipt in receipts if receipt),
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
