"""The national data opt-out: which people of a delivery it shuts out.

The service is asked for the NHS numbers of people whose consent covers the use, and for nobody
else's. Who cannot be asked for is shut out: in doubt nobody's record is used.
"""

from collections.abc import Callable, Iterable, Sequence

import duckdb
import pyarrow as pa

from pipelines.core.duck import fetch_count
from pipelines.core.errors import BadConsent
from pipelines.core.stages import Landed

REASONS_OF_OPT_OUT = {
    "national_opt_out": "the person has opted out nationally",
    "opt_out_unknown": "the opt-out applies, and there is no valid NHS number to ask by",
}
PARTICIPANT = "participant"
NORMAL = "replace(replace(trim(p.nhs_number), ' ', ''), '-', '')"

AskOptOuts = Callable[[Sequence[str]], frozenset[str]]
"""Gives, of NHS numbers, those whose people have not opted out."""


def apply_opt_outs(landed: Landed, ask: AskOptOuts, engine: duckdb.DuckDBPyConnection) -> None:
    """Write the opt-outs into `consent_verdict`. The participants come before any other table."""
    _check_can_be_asked(landed)
    if landed.contract.name == PARTICIPANT and landed.received:
        numbers = _numbers_in_question(landed, engine)
        _judge_participants(landed, numbers, ask(numbers) if numbers else frozenset(), engine)
    _check_people_known(landed, engine)
    engine.execute(
        """
        update consent_verdict v set refusal = o.refusal from opt_out_verdict o
        where v.refusal is null and o.person_ref = v.person_ref
        """
    )
    engine.execute(
        """
        update consent_verdict set refusal = 'opt_out_unknown'
        where refusal is null and person_ref not in (select person_ref from opt_out_verdict)
        """
    )


def valid_numbers(texts: Iterable[str]) -> list[str]:
    """The distinct NHS numbers among texts: the service refuses a file for one that is none."""
    return sorted({text for text in texts if _is_nhs_number(text)})


def _numbers_in_question(landed: Landed, engine: duckdb.DuckDBPyConnection) -> list[str]:
    rows = engine.execute(
        f"""
        select distinct {NORMAL} from {landed.relation} p
        join consent_verdict v on v.person_ref = p.person_ref
        where p.nhs_number is not null and v.refusal is null
        """
    ).fetchall()
    return valid_numbers(str(row[0]) for row in rows)


def _judge_participants(
    landed: Landed,
    asked: Sequence[str],
    allowed: frozenset[str],
    engine: duckdb.DuckDBPyConnection,
) -> None:
    """A verdict a person; one number that is not allowed shuts out, whatever other rows say."""
    answers = {"number": list(asked), "is_allowed": [number in allowed for number in asked]}
    schema = pa.schema([("number", pa.string()), ("is_allowed", pa.bool_())])
    engine.register("opt_out_answer", pa.table(answers, schema=schema))
    engine.execute(
        f"""
        create or replace table opt_out_verdict as
        select p.person_ref,
            case
                when bool_or(not a.is_allowed) then 'national_opt_out'
                when bool_or(a.is_allowed) then null
                else 'opt_out_unknown'
            end as refusal
        from {landed.relation} p left join opt_out_answer a on a.number = {NORMAL}
        where p.person_ref is not null
        group by p.person_ref
        """
    )
    engine.unregister("opt_out_answer")


def _check_can_be_asked(landed: Landed) -> None:
    if landed.drop.sealed:
        raise BadConsent(
            "opt-out-sealed",
            f"the opt-out applies to {landed.drop.provider}/{landed.drop.name}, and a sealed "
            "delivery has no NHS number to ask by.",
            "Nothing was taken in. Have the provider check opt-outs before it seals and say so in "
            "the agreement, or send an open delivery.",
        )


def _check_people_known(landed: Landed, engine: duckdb.DuckDBPyConnection) -> None:
    """Without its people a delivery's other rows would all be refused, and not come again."""
    made = "select count(*) from duckdb_tables() where table_name = 'opt_out_verdict'"
    if not fetch_count(engine, made):
        raise BadConsent(
            "opt-out-no-people",
            f"the opt-out applies to {landed.drop.provider}/{landed.drop.name}, and it brings "
            "no people whose NHS numbers were not taken in before.",
            "Nothing was taken in. Ask the provider to send the file of people anew.",
        )


def _is_nhs_number(text: str) -> bool:
    """Ten digits whose last is the check digit (modulus 11, NHS Data Dictionary)."""
    if len(text) != 10 or not (text.isascii() and text.isdecimal()) or len(set(text)) == 1:
        return False
    weighted = sum(
        int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False)
    )
    return (11 - weighted % 11) % 11 == int(text[9])
