"""What two releases tell together: a group of 1 to 7 who came or went may not become visible."""

import numpy as np

from pipelines.core.errors import BadRelease
from pipelines.protect.hold import (
    Bands,
    Flags,
    Floats,
    Held,
    Printed,
    Was,
    interval,
    narrowest_band,
)
from pipelines.protect.rule import Rule


def visible_small_changes(first: Held, second: Held, rule: Rule, span: Bands) -> Flags:
    """Cells of which a reader is sure that 1 to 7 people, or perhaps so few, came or went.

    `first` and `second` are one release and the next, cell by cell. Two questions: since the first
    number was made, can so few have moved it; and since the first release, must it have been so
    few. He takes every mark for a small number, the worst that he could rightly guess, and knows
    how far a number goes before it moves.
    """
    new = _after(first, second, rule, span)
    fewest, _ = _change(_as_made(first, rule), new)
    fewest_now, most_now = _change(_known(first, rule, span), new)
    since_made = (second.was == Was.CHANGED) & (fewest > 0) & (fewest <= rule.threshold)
    since_release = (fewest_now > 0) & (most_now <= rule.threshold)
    flags: Flags = since_made | since_release
    return flags


def taken_as_fresh(printed: Printed) -> Held:
    """An earlier release of which only the numbers are known, as if each had just been made."""
    was = np.where(printed.known, np.int64(Was.FIRST), np.int64(Was.NOT_JUDGED))
    return Held(printed.value, printed.hidden, np.zeros(len(was), dtype=bool), was)


def _change(old: tuple[Floats, Floats], new: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The fewest and the most who came or went; fewest is not positive when it may be nobody."""
    came, went = new[0] - old[1], old[0] - new[1]
    return np.maximum(came, went), np.maximum(new[1] - old[0], old[1] - new[0])


def refuse_visible_changes(visible: Flags, dataset: str, rule: Rule) -> None:
    """Raise `BadRelease` when a small group's coming or going could be seen."""
    if visible.any():
        raise BadRelease(
            "release-shows-change",
            f"beside the release before it, {dataset} would show that a few people came or went "
            f"in {int(visible.sum())} cells.",
            f"Let numbers hold until at least {narrowest_band(rule)} people came or went, then "
            "plan the release again.",
        )


def _as_made(release: Held, rule: Rule) -> tuple[Floats, Floats]:
    """What each number told when it was made."""
    made = np.full(len(release.value), Was.FIRST, dtype=np.int64)
    lower, upper = interval(release.value, release.hidden, made, rule, 0)
    return (
        np.where(release.hidden, 1.0, lower),
        np.where(release.hidden, float(rule.threshold), upper),
    )


def _known(release: Held, rule: Rule, span: Bands) -> tuple[Floats, Floats]:
    """As `interval`, but a mark means small, or less than what lets a hidden number come back."""
    lower, upper = interval(release.value, release.hidden, release.was, rule, span.wide)
    fresh = (release.was == Was.FIRST) | (release.was == Was.CHANGED)
    judged = release.was != Was.NOT_JUDGED
    most = np.where(fresh, rule.threshold, rule.threshold + span.wide).astype(np.float64)
    marked = release.hidden & judged
    return np.where(marked & fresh, 1.0, lower), np.where(marked, most, upper)


def _after(first: Held, second: Held, rule: Rule, span: Bands) -> tuple[Floats, Floats]:
    """What he knows of the second release, having seen the first."""
    left = first.printed
    shown_lower, shown_upper = interval(
        second.value, second.hidden, second.was, rule, span.wide, left=left, narrow=span.narrow
    )
    lower, upper = _known(second, rule, span)
    lower = np.where(second.hidden, lower, shown_lower)
    upper = np.where(second.hidden, upper, shown_upper)
    went = second.hidden & ~first.hidden & (second.was == Was.CHANGED)
    ceiling = np.where(went, np.maximum(first.value - span.narrow, 0), np.inf)
    # A zero that is hidden from now on rose, or somebody wanted it hidden for another reason.
    ceiling = np.where(first.value == 0, np.inf, ceiling)
    return np.minimum(lower, ceiling), np.minimum(upper, ceiling)
