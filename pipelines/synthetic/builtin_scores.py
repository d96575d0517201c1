"""Value sets of the built-in reference: evenly spaced stand-ins, so that the demo can score.

They are nobody's published values. They have the headers and the ends (best and worst) that the
real tables have, so that a score looks plausible and a unit that is wrong shows.
"""

from collections.abc import Iterator, Sequence
from itertools import product

Row = Sequence[object]

COEFFICIENTS_HEADER = ("", "UK", "England")
CROSSWALK_HEADER = ("state", "uk_3L_via_vanHout_crosswalk")
SWEMWBS_HEADER = ("raw", "metric")

DIMENSIONS, LEVELS = ("MO", "SC", "UA", "PD", "AD"), (1, 2, 3, 4, 5)
WORST = {"UK": -0.567, "England": -0.285, "crosswalk": -0.594}
RAW = range(7, 36)


def coefficient_rows() -> Iterator[Row]:
    """A fifth of the way from the best state to the worst on each dimension, in even steps."""
    yield "StartValue", "1.0", "1.0"
    for dimension, level in product(DIMENSIONS, LEVELS):
        yield f"{dimension}{level}", _step("UK", level), _step("England", level)


def crosswalk_rows() -> Iterator[Row]:
    """Every profile, by how many steps it lies below the best one."""
    steps = len(DIMENSIONS) * (LEVELS[-1] - LEVELS[0])
    for profile in product(LEVELS, repeat=len(DIMENSIONS)):
        lost = sum(profile) - len(DIMENSIONS) * LEVELS[0]
        value = 1 + (WORST["crosswalk"] - 1) * lost / steps
        yield "".join(map(str, profile)), f"{value:.3f}"


def swemwbs_rows() -> Iterator[Row]:
    """The raw sum drawn a little towards the middle, as the real metric does."""
    middle = (RAW[0] + RAW[-1]) / 2
    for raw in RAW:
        inward = 0 if raw in (RAW[0], RAW[-1]) else 0.1 * (middle - raw)
        yield raw, f"{raw + inward:.2f}"


def _step(value_set: str, level: int) -> str:
    share = (level - LEVELS[0]) / (LEVELS[-1] - LEVELS[0]) / len(DIMENSIONS)
    return f"{(WORST[value_set] - 1) * share:.5f}"
