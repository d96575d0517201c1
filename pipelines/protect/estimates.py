"""What evaluations estimated, where it may leave: both groups shown, and large enough as shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.core.contract import Contract, Statistic
from pipelines.core.thresholds import Limits
from pipelines.protect.cells import NOBODY, Counted, Flags
from pipelines.protect.numbers import Numbers

NOT_SHOWN = "Not given: the number of people in one of the groups is hidden."
TOO_SMALL = "Not given: the protocol asks for larger groups."
FIGURES = ("value", "lower", "upper")


@dataclass(frozen=True)
class Estimates:
    """One entry a row: whether it is an estimate that holds, and the columns that may leave."""

    holds: Flags
    columns: Mapping[str, pa.Array]


def estimates_of(
    contract: Contract,
    table: pa.Table,
    estimates: pa.Table,
    counted: Counted,
    numbers: Numbers,
    limits: Limits,
) -> Estimates:
    """Every row's estimate, limits and note.

    An estimate holds with its groups: while neither number moves, nobody sees one person in it. It
    is given where both shown numbers reach the smallest group, so that it tells no more than they.
    """
    by_id = {indicator.id: indicator.statistic for indicator in contract.indicators}
    ids, categories = table["indicator_id"].to_pylist(), table["category"].to_pylist()
    is_estimate = np.array([by_id[i] is Statistic.ESTIMATE for i in ids], dtype=bool)
    found = {(row["indicator_id"], row["category"]): row for row in estimates.to_pylist()}
    rows = [found.get(key, {}) for key in zip(ids, categories, strict=True)]
    count_at, base_at = counted.count_at, np.where(is_estimate, counted.base_at, counted.count_at)
    is_shown = ~numbers.hidden[count_at] & ~numbers.hidden[base_at] & (counted.base_at != NOBODY)
    least = np.minimum(numbers.value[count_at], numbers.value[base_at])
    asked = np.array([row.get("smallest_group") or 0 for row in rows], dtype=np.int64)
    given = is_estimate & is_shown & (least >= asked)
    columns = {
        f"estimate_{name}": pa.array(
            [
                _with_digits(row.get(name), limits.mean_digits) if gives else None
                for row, gives in zip(rows, given, strict=True)
            ],
            pa.float64(),
        )
        for name in FIGURES
    }
    hides, is_small = is_estimate & ~is_shown, is_estimate & is_shown & (least < asked)
    reasons = np.where(hides, NOT_SHOWN, np.where(is_small, TOO_SMALL, ""))
    # The reason that anyone can see in the numbers comes before one that only we know.
    notes = [r or row.get("reason", "") for row, r in zip(rows, reasons.tolist(), strict=True)]
    columns["estimate_note"] = pa.array(notes, pa.string())
    digests = [row.get("protocol_sha256") for row in rows]
    columns["protocol_sha256"] = pa.array(digests, pa.string())
    return Estimates(is_estimate & numbers.held[count_at] & numbers.held[base_at], columns)


def _with_digits(value: float | None, digits: int) -> float | None:
    """More significant digits would say more of one person's part."""
    return None if value is None else float(f"{value:.{digits}g}")
