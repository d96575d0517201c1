"""Children's consents where an agreement has a rule about age: by a parent, alone, or too early.

The truth kept here mirrors the rule of the consent room without sharing a line of code with it.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pipelines.core.agreement import Agreement
from pipelines.core.agreement_terms import AgeRule
from pipelines.synthetic.consents import NEVER, PURPOSE, Consents, Story
from pipelines.synthetic.people import Bools, Ints

ALONE = 0.2
"""Share of children whose form no parent signed: an assumption."""
SOON = 60
"""Days after the last of the year. Who has such a birthday then was never asked: the answer would
hang on the day of intake."""
OPEN = (Story.GRANTED, Story.LATER, Story.EXPIRED, Story.RENEWED)
"""Stories in which age decides."""


def age_rules_of(agreements: Mapping[str, Agreement]) -> dict[str, AgeRule]:
    """The rule about age for the purpose of the deliveries, of each provider that has one."""
    return {
        provider: rule
        for provider, agreement in agreements.items()
        for rule in agreement.consent.age_rules
        if rule.purpose == PURPOSE
    }


def mind_ages(
    consents: Consents, born: Ints, rule: AgeRule | None, last: int, rng: np.random.Generator
) -> Consents:
    """The consents as they are where the rule holds; `last` is the last day of the year.

    Who may decide by now was asked anew on that birthday. For a child a parent agreed, or nobody.
    """
    if rule is None:
        return consents
    old_enough = birthdays(born, rule.minimum_age)
    own = birthdays(born, rule.own_consent_from)
    child = own > last
    open_story = np.isin(consents.story, OPEN)
    too_young = open_story & (old_enough > last)
    alone = open_story & child & ~too_young & (rng.random(len(born)) < ALONE)
    story = np.where(alone, Story.CHILD_ALONE, consents.story)
    story = np.where(too_young, Story.TOO_YOUNG, story)
    story = np.where(_soon(own, last) | _soon(old_enough, last), Story.NEVER_ASKED, story)
    first = np.where(child, old_enough, own)
    asked = _not_before(np.where(first <= last, first, 0), replace(consents, story=story))
    never = alone | too_young
    return replace(
        asked,
        ended=np.where(never, NEVER, asked.ended),
        renewed=np.where(never, NEVER, asked.renewed),
        by_parent=child & ~alone,
    )


def birthdays(born: Ints, age: int) -> Ints:
    """The day on which each turns so old; of those born on 29 February, the 28th if need be."""
    days = born.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    there = months + 12 * age
    last = (there + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    same = there.astype("datetime64[D]") + (days - months.astype("datetime64[D]"))
    return np.asarray(np.minimum(same, last).astype(np.int64))


def _soon(day: Ints, last: int) -> Bools:
    return np.asarray((day > last) & (day <= last + SOON))


def _not_before(first: Ints, consents: Consents) -> Consents:
    """The consents with no grant before that day."""
    moved = consents.granted < first
    granted = np.where(moved, first, consents.granted)
    renewed = moved & (consents.story == Story.RENEWED)
    after = moved & (consents.ended <= granted)
    ended = np.where(after, granted + 1, consents.ended)
    lapsed = moved & (consents.story == Story.EXPIRED) & (consents.expires <= granted)
    return replace(
        consents,
        story=np.where(renewed, Story.GRANTED, consents.story),
        granted=granted,
        ended=np.where(renewed, NEVER, ended),
        renewed=np.where(renewed, NEVER, consents.renewed),
        expires=np.where(lapsed, granted + 1, consents.expires),
    )
