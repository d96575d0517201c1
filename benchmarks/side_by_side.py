"""Two ways of the same work, turn by turn, and the ratio of their CPU seconds."""

import statistics
import time
from collections.abc import Callable


def ratio(
    name: str, ours: Callable[[], object], other: Callable[[], object], turns: int = 3
) -> None:
    """Print the CPU seconds of both (median of the turns) and how much less ours takes."""
    if ours() != other():
        raise SystemExit(f"{name}: the two ways give different results")
    mine, theirs = [], []
    for _ in range(turns):
        mine.append(_cpu_seconds(ours))
        theirs.append(_cpu_seconds(other))
    less = [b / a for a, b in zip(mine, theirs, strict=True)]
    ours_s, other_s = statistics.median(mine), statistics.median(theirs)
    print(
        f"{name}: ours {ours_s:.2f} s, other {other_s:.2f} s CPU; "
        f"ratio {statistics.median(less):.1f} ({min(less):.1f} to {max(less):.1f} in {turns} turns)"
    )


def _cpu_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
