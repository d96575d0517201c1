"""The next delivery: some days more, and members who withdrew after their records came in.

It is what a purge is for: their records are in the store, and from now on they may not be.
"""

from dataclasses import replace

import numpy as np

from pipelines.synthetic.consents import Consents, Story
from pipelines.synthetic.memberships import Memberships, window_start
from pipelines.synthetic.people import NOWHERE, Home, Ints, day_number
from pipelines.synthetic.visits import Visits
from pipelines.synthetic.world import World

WITHDRAWN_LATER = 0.004
"""Share of the members with visits whom consent covers throughout: an assumption."""
SENT_AFTER = 12
"""Days from the last of the year to this delivery."""
WEEK = 7


def withdraw_some(
    world: World, members: Memberships, visits: Visits, home: Home
) -> tuple[Memberships, Ints]:
    """The memberships after some withdrew, and which those are.

    Only such withdraw whose one record was kept, with visits, when it came in.
    """
    rng = np.random.default_rng([world.seed, 12, home])
    able = members.steady(window_start(world.through)) & (members.second == NOWHERE)
    able[members.second[members.second != NOWHERE]] = False
    came = np.unique(visits.member)
    came = came[able[came]]
    gone = np.sort(rng.permutation(came)[: int(np.ceil(len(came) * WITHDRAWN_LATER))])
    last = day_number(world.through)
    days = last + rng.integers(SENT_AFTER // 2, SENT_AFTER + 1, len(gone))
    return replace(members, consents=_withdrawn(members.consents, gone, days)), gone


def _withdrawn(consents: Consents, gone: Ints, days: Ints) -> Consents:
    story, ended = consents.story.copy(), consents.ended.copy()
    story[gone], ended[gone] = Story.WITHDRAWN, days
    return replace(consents, story=story, ended=ended)


def next_visits(world: World, visits: Visits) -> Visits:
    """The days after the year, which are like the last days of it."""
    last = day_number(world.through)
    again = visits.part(visits.day > last - (SENT_AFTER - WEEK))
    return replace(again, day=again.day + WEEK)
