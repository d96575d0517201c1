"""The line of an extract, readable on one screen.

plan → select → generalise → check → attack → pseudonymise → encrypt → write → ledger
"""

from collections.abc import Callable

import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.core.errors import BadRelease, NotSignedOff
from pipelines.core.files import held
from pipelines.core.given_rows import MEMBER, ROW, GivenRows, keep_given
from pipelines.core.intents import EXTRACT, Intent, Receipt, settle_intents
from pipelines.core.ports import ExtractKey, Fact, Recipient
from pipelines.core.recipient_agreement import Asked
from pipelines.core.stages import Release
from pipelines.extract.anonymous import Hidden, make_hidden
from pipelines.extract.history import (
    INTENDED,
    PUBLISHED,
    Sent,
    check_one_opt_out_policy,
    extract_folder,
    others_given,
    recipient_of,
    sent_before,
)
from pipelines.extract.plan import ExtractPlan, covered_terms, extract_contract
from pipelines.extract.rows import PERSON, RowScope, select_rows
from pipelines.extract.told import manifest_of
from pipelines.house import House
from pipelines.publish import SignOff, check_signed
from pipelines.publish.encrypted import write_encrypted
from pipelines.publish.extract_folder import (
    aside_of,
    reveal,
    verify_extract,
    write_manifest,
)

PSEUDONYM = "pseudonym"
ABANDONED = "extract_abandoned"
Progress = Callable[[str], None]


def make_extract(
    house: House,
    plan: ExtractPlan,
    sign_off: SignOff | None,
    progress: Progress = lambda _: None,
) -> Release:
    """Make one extract and write it encrypted. One that has left is checked and left as it is."""
    signed = _check_officer(plan, check_signed(sign_off))
    place = extract_folder(house.settings, plan.release_id)
    with held(place.with_name(".lock")):
        settle_extracts(house)
        sent = sent_before(house.settings)
        if place.exists():
            return _already_out(house, plan, sent)
        _check_fresh(house, plan)
        check_one_opt_out_policy(plan, sent)
        whose = recipient_of(house, plan, sent)
        others = others_given(house, plan, whose, sent)
        contract = extract_contract(house.settings, plan.extract)
        progress("select")
        exact = select_rows(house, _scope(plan))
        progress("make nobody stand out, and attack")
        hidden = make_hidden(exact, plan, contract, others)
        progress("encrypt")
        return _publish(house, plan, whose, hidden, contract, signed)


def settle_extracts(house: House) -> None:
    """Record what became of extracts that a crash cut off. Their lock is held."""

    def settle(intent: Intent) -> Receipt:
        place = extract_folder(house.settings, str(intent.facts["release"]))
        return (PUBLISHED if place.is_dir() else ABANDONED), intent.facts

    settle_intents(house.ledger, {EXTRACT.intent: settle})


def _publish(
    house: House,
    plan: ExtractPlan,
    whose: Recipient,
    hidden: Hidden,
    contract: Contract,
    signed: SignOff,
) -> Release:
    """Written aside, recorded, kept for the next attack, renamed: cut off anywhere, none is out."""
    key = house.keys.extract_key(whose, plan.release_id)
    place = extract_folder(house.settings, plan.release_id)
    aside = aside_of(place)
    rows = _under_pseudonyms(house, whose, hidden.rows)
    file = write_encrypted(rows, contract, key, plan.release_id, aside)
    pseudonym_key = rows[PSEUDONYM][0].as_py().split(".")[1]
    facts = manifest_of(plan, whose, hidden, signed, contract)
    facts["encryption"]["key_id"] = key.key_id
    facts["pseudonyms"]["key_id"] = pseudonym_key
    digest = write_manifest(aside, facts, file)
    entry = _ledger_facts(plan, whose, signed, key, digest)
    house.ledger.record(INTENDED, **entry)
    keep_given(_given(house, plan, whose, hidden), house.settings, house.keys)
    reveal(aside, place)
    house.ledger.record(PUBLISHED, **entry)
    return verify_extract(place)


def _under_pseudonyms(house: House, whose: Recipient, rows: pa.Table) -> pa.Table:
    """The rows under the recipient's pseudonyms, in their order: it tells nothing of the store."""
    pseudonyms = pa.array(house.keys.pseudonyms(whose)(rows[PERSON].to_pylist()), pa.string())
    named = rows.drop_columns([PERSON, ROW]).append_column(PSEUDONYM, pseudonyms)
    return named.sort_by([(PSEUDONYM, "ascending")])


def _given(house: House, plan: ExtractPlan, whose: Recipient, hidden: Hidden) -> GivenRows:
    return GivenRows(
        release_id=plan.release_id,
        whose=whose,
        period_start=plan.period_start,
        period_end=plan.period_end,
        key_id=house.keys.key_id,
        levels=hidden.levels,
        members=hidden.members.select([*MEMBER, ROW]),
        rows=hidden.rows.drop_columns([PERSON]),
    )


def _check_officer(plan: ExtractPlan, signed: SignOff) -> SignOff:
    if signed.officer.strip().casefold() != plan.officer.strip().casefold():
        raise NotSignedOff(
            "extract-officer",
            f"the agreement {plan.agreement} names another officer.",
            "Only the officer whom the agreement names may sign.",
        )
    return signed


def _check_fresh(house: House, plan: ExtractPlan) -> None:
    """After the plan an agreement may have ended, and a delivery may hold a withdrawal."""
    asked = Asked(
        plan.recipient,
        plan.extract,
        plan.purpose,
        plan.period_start,
        plan.period_end,
        tuple(name for name, _ in plan.attributes),
    )
    agreement, terms = covered_terms(house, asked, plan.as_of)
    agreed = {name: terms.attributes[name] for name in asked.attributes}
    same = (agreement.reference, terms.providers, agreed, house.keys.key_id, house.store.state())
    if same != (
        plan.agreement, plan.providers, dict(plan.attributes), plan.key_id, plan.store_state
    ):  # fmt: skip
        raise BadRelease(
            "extract-stale",
            "the store, the root key or an agreement has changed since the extract was planned.",
            "Plan the extract again.",
        )


def _already_out(house: House, plan: ExtractPlan, sent: list[Sent]) -> Release:
    """The extract as it left. Raises `BadRelease` when the ledger did not see it leave."""
    release = verify_extract(extract_folder(house.settings, plan.release_id))
    if INTENDED not in {before.event for before in sent if before.release_id == plan.release_id}:
        raise BadRelease(
            "extract-not-recorded",
            "an extract of that name is here, and the ledger does not know it.",
            "Find out who put it there. Do not send it.",
        )
    return release


def _scope(plan: ExtractPlan) -> RowScope:
    return RowScope(
        plan.extract, plan.purpose, plan.as_of, plan.providers, plan.areas, plan.boundaries_on,
        plan.period_start, plan.period_end,
    )  # fmt: skip


def _ledger_facts(
    plan: ExtractPlan, whose: Recipient, signed: SignOff, key: ExtractKey, digest: str
) -> dict[str, Fact]:
    return {
        "release": plan.release_id,
        "extract": plan.extract,
        "agreement": plan.agreement,
        "recipient": whose.code,
        "purpose": whose.purpose,
        "opt_out": whose.opt_out,
        "epoch": whose.epoch,
        "key": key.key_id,
        "manifest_sha256": digest,
        "officer": signed.officer,
        "role": signed.role,
        "demo": signed.demo,
    }
