"""From exact rows to rows that may leave: coarse until nobody stands out and no attack succeeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.core.errors import BadRelease
from pipelines.core.given_rows import MEMBER, ROW, GivenRows
from pipelines.extract.attack import Attackers, Linked
from pipelines.extract.columns import agreed_ladders, floors, quasi_identifiers, sensitive
from pipelines.extract.plan import ExtractPlan
from pipelines.extract.rows import PERSON, ExactRows
from pipelines.protect.person_level.anonymity import anonymity
from pipelines.protect.person_level.lattice import Anonymised, make_anonymous
from pipelines.protect.person_level.singling_out import singling_out


@dataclass(frozen=True)
class Hidden:
    """Rows in which nobody stands out: the person of each, its row number, its columns.

    `members` says whose rows they are, `attacks` what the other extracts could link, `sentences`
    how many were tried that could have been true of exactly one row.
    """

    rows: pa.Table
    members: pa.Table
    levels: dict[str, str]
    left_out: int
    attacks: tuple[Linked, ...]
    sentences: int


def make_hidden(
    exact: ExactRows, plan: ExtractPlan, contract: Contract, others: Sequence[GivenRows]
) -> Hidden:
    """Coarsen as little as the rule allows. Raises `BadRelease` where no level is enough."""
    columns = [column.name for column in contract.columns if column.name in dict(plan.attributes)]
    if exact.rows.num_rows == 0:
        raise BadRelease(
            "extract-unpeopled",
            "nobody in those areas has consented to this use on that day.",
            "There is nothing to send.",
        )
    numbered = exact.rows.select([PERSON, *columns]).append_column(
        ROW, pa.array(range(exact.rows.num_rows), pa.int64())
    )
    members = exact.members.join(numbered.select([PERSON, ROW]), keys=PERSON, join_type="inner")
    members = members.select([*MEMBER, ROW]).sort_by([(name, "ascending") for name in MEMBER])
    attackers = Attackers(others, members, floors(exact.lookups), plan.rule.most_linked)
    made = _anonymised(numbered, plan, contract, exact, attackers)
    sentences = _check_hidden(made, plan, contract)
    return Hidden(
        rows=made.table,
        members=members.join(made.table.select([ROW]), keys=ROW, join_type="inner"),
        levels=dict(made.levels),
        left_out=made.rows_left_out,
        attacks=tuple(attackers.attacks(made.table, made.levels)),
        sentences=sentences,
    )


def _anonymised(
    rows: pa.Table, plan: ExtractPlan, contract: Contract, exact: ExactRows, attackers: Attackers
) -> Anonymised:
    ladders = agreed_ladders(exact.lookups, dict(plan.attributes))
    refusal: BadRelease | None = None
    try:
        return make_anonymous(
            rows,
            [name for name in quasi_identifiers(contract) if name in ladders],
            [name for name in sensitive(contract) if name in rows.column_names],
            k=plan.rule.k,
            l=plan.rule.l,
            ladders=ladders,
            limit=plan.rule.most_left_out,
            accepts=attackers.accepts,
        )
    except BadRelease as refused:
        refusal = refused
    if not attackers.refused:
        raise refusal
    raise BadRelease(
        "extract-linkable",
        f"with another recipient's extract more than {plan.rule.most_linked:.0%} of the people in "
        "both would be recognised, on every level of the ladders.",
        "Leave a column out, or make the other agreement coarser first.",
    )


def _check_hidden(made: Anonymised, plan: ExtractPlan, contract: Contract) -> int:
    """Count again, and attack the very rows that would leave; how many sentences were tried."""
    known = [name for name in quasi_identifiers(contract) if name in made.levels]
    kept = [name for name in sensitive(contract) if name in made.table.column_names]
    found = anonymity(made.table, known, kept)
    tried = singling_out(made.table, known, made.table.slice(0, 0)).by_columns
    isolated = sum(of_size.isolated for of_size in tried) if plan.rule.k > 1 else 0
    if found.k < plan.rule.k or found.l < plan.rule.l or isolated:
        raise BadRelease(
            "extract-stands-out",
            "somebody would stand out in the finished extract.",
            "Nothing left. Tell the maintainers: the search for levels and the check disagree.",
        )
    return sum(of_size.attempts for of_size in tried)
