"""What each member or client agreed to, and the one answer to: may this row be used?

The truth kept here mirrors the rule of the consent room without sharing a line of code with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.people import Bools, Ints

PURPOSE = "service_evaluation"
OTHER_PURPOSE = "marketing"
NEVER = np.iinfo(np.int64).max // 2
"""A day that never comes."""


class Story(IntEnum):
    """How a person's consent went."""

    GRANTED = 0
    NEVER_ASKED = 1
    WITHDRAWN = 2
    LATER = 3
    OTHER_PURPOSE = 4
    EXPIRED = 5
    RENEWED = 6
    UNREADABLE = 7
    CHILD_ALONE = 8
    TOO_YOUNG = 9


SHARES = {
    Story.GRANTED: 0.92,
    Story.NEVER_ASKED: 0.025,
    Story.WITHDRAWN: 0.018,
    Story.LATER: 0.012,
    Story.OTHER_PURPOSE: 0.012,
    Story.EXPIRED: 0.008,
    Story.RENEWED: 0.003,
    Story.UNREADABLE: 0.002,
}
"""Assumptions. UNREADABLE is the planted kind `consent_event_unknown`; the stories of children are
told where an agreement has a rule about age."""

WHOLE_PERSON = {
    Story.NEVER_ASKED: "never_asked",
    Story.WITHDRAWN: "withdrawn",
    Story.OTHER_PURPOSE: "other_purpose",
    Story.EXPIRED: "expired",
    Story.UNREADABLE: "unreadable_event",
    Story.CHILD_ALONE: "parent_consent_missing",
    Story.TOO_YOUNG: "too_young",
}
"""Stories that refuse every row of the person, whatever its day."""


@dataclass(frozen=True)
class Consents:
    """One entry a member. `ended` and `renewed` are NEVER where the story has no such day."""

    story: Ints
    granted: Ints
    ended: Ints
    renewed: Ints
    expires: Ints
    also_marketing: Bools
    by_parent: Bools

    def steady(self, since: int) -> Bools:
        """Whose consent covers every day from `since`, with no end in sight."""
        open_ended = (self.expires == NEVER) & (self.story == Story.GRANTED) & ~self.by_parent
        return np.asarray(open_ended & (self.granted <= since))


def make_consents(
    joined: Ints, start: int, through: int, unreadable: bool, rng: np.random.Generator
) -> Consents:
    """Draw a story for each member. Whatever happens, happens between joining and `through`."""
    count = len(joined)
    story = rng.choice(list(SHARES), count, p=list(SHARES.values()))
    story = np.where((story == Story.UNREADABLE) & (not unreadable), Story.GRANTED, story)
    granted = joined - rng.integers(0, 8, count)
    from_day = np.maximum(joined, start)
    span = np.maximum(through - from_day, 4)
    late = from_day + 1 + (rng.random(count) * (span // 2)).astype(np.int64)
    ended = from_day + 1 + (rng.random(count) * (span // 2)).astype(np.int64)
    renewed = ended + 1 + (rng.random(count) * (span // 4)).astype(np.int64)
    expires = np.where(rng.random(count) < 0.2, through + 3 * 365, NEVER)
    return Consents(
        story=story,
        granted=np.where(story == Story.LATER, late, granted),
        ended=np.where(np.isin(story, [Story.WITHDRAWN, Story.RENEWED]), ended, NEVER),
        renewed=np.where(story == Story.RENEWED, renewed, NEVER),
        expires=np.where(story == Story.EXPIRED, ended, expires),
        also_marketing=rng.random(count) < 0.2,
        by_parent=np.zeros(count, dtype=np.bool_),
    )


def refusals(consents: Consents, member: Ints, day: Ints | None) -> npt.NDArray[np.str_]:
    """Why each row of `member` on `day` is refused, or an empty text; no day means that of use."""
    story = consents.story[member]
    reasons = np.full(len(member), "", dtype="U24")
    for whole, reason in WHOLE_PERSON.items():
        reasons[story == whole] = reason
    if day is None:
        return reasons
    dated = reasons == ""
    reasons[dated & (day < consents.granted[member])] = "not_yet"
    between = (day >= consents.ended[member]) & (day < consents.renewed[member])
    reasons[dated & between & (story == Story.RENEWED)] = "not_covered_then"
    return reasons


@dataclass(frozen=True)
class ConsentEvent:
    """One line of a consent file, before a vendor's spelling."""

    member: int
    purpose: str
    event: str
    day: int
    expires: int | None
    notice: str
    by_parent: bool = False

    def evidence(self, ways: Sequence[str], number: int) -> str:
        """One of the ways of a provider, in turn, and whether a parent took it."""
        way = ways[number % len(ways)]
        return f"parent:{way}" if self.by_parent else way


def consent_events(consents: Consents) -> list[ConsentEvent]:
    """Every event of every member, in the order of members."""
    columns = (
        consents.story, consents.granted, consents.ended, consents.renewed, consents.expires,
        consents.also_marketing,
    )  # fmt: skip
    events: list[ConsentEvent] = []
    for member, values in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        events.extend(_events_of(member, *values))
    by_parent = consents.by_parent.tolist()
    return [replace(e, by_parent=True) if by_parent[e.member] else e for e in events]


def _events_of(
    member: int, story: int, granted: int, ended: int, renewed: int, expires: int, marketing: bool
) -> list[ConsentEvent]:
    if story == Story.NEVER_ASKED:
        return []
    until = None if expires == NEVER else expires
    events = []
    if marketing or story == Story.OTHER_PURPOSE:
        events.append(_event(member, OTHER_PURPOSE, "granted", granted, None))
    if story == Story.OTHER_PURPOSE:
        return events
    events.append(_event(member, PURPOSE, "granted", granted, until))
    if ended != NEVER:
        events.append(_event(member, PURPOSE, "withdrawn", ended, None))
    if renewed != NEVER:
        events.append(_event(member, PURPOSE, "granted", renewed, until))
    if story == Story.UNREADABLE:
        events.append(_event(member, PURPOSE, "rang to discuss", granted + 1, None))
    return events


def _event(member: int, purpose: str, event: str, day: int, expires: int | None) -> ConsentEvent:
    year = int(np.datetime64(day, "D").astype(object).year)
    return ConsentEvent(member, purpose, event, day, expires, f"PN-{year}-1")
