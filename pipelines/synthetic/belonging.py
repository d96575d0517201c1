"""Who is with two organisations at once: the referred who are members too, and people who moved.

The other way, members who are referred, is drawn where the referral platform's clients are.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from pipelines.synthetic.details import Details
from pipelines.synthetic.people import CATCHMENTS, NOWHERE, Home, Ints, People
from pipelines.synthetic.places import POSTCODES_EACH, Neighbourhood

MEMBERS_TOO = 0.30
"""Share of the referred who are members of the operator of their area: an assumption."""
MOVED_AWAY = 0.02
"""Share of one operator's members who moved and joined the other: an assumption."""
MOVED = "moved_between_operators"


@dataclass(frozen=True)
class Belonging:
    """A second operator of each person, or NOWHERE, and where they live as that one knows it."""

    also: Ints
    place: Ints
    postcode: Ints

    def persons(self, people: People, home: Home) -> Ints:
        """Everyone who has a record with an operator."""
        return np.flatnonzero((people.home == home) | (self.also == home))

    def shared(self, people: People, person: Ints) -> Ints:
        """Places, among the referral platform's clients, of those whom an operator knows too."""
        known = (people.home != Home.MOVEWELL) | (self.also != NOWHERE)
        return np.flatnonzero(known[person])

    def moved(self, details: Details, person: Ints, home: Home) -> Details:
        """The details with the new address of those who came to this operator by moving."""
        came = (self.also[person] == home) & (self.place[person] != NOWHERE)
        return replace(
            details,
            place=np.where(came, self.place[person], details.place),
            postcode=np.where(came, self.postcode[person], details.postcode),
            difference=np.where(came, MOVED, details.difference),
        )


def belong(
    people: People, neighbourhoods: Sequence[Neighbourhood], seed: int, enabled: AbstractSet[str]
) -> Belonging:
    """Draw who has a second operator."""
    rng = np.random.default_rng([seed, 11])
    operator = operators(neighbourhoods)
    count = len(people)
    referred = people.home == Home.MOVEWELL
    joined = referred & (rng.random(count) < MEMBERS_TOO)
    left = (people.home == Home.HARBOUR) & (rng.random(count) < MOVED_AWAY)
    left &= MOVED in enabled
    icbs = np.array([n.icb_code for n in neighbourhoods])
    there = np.flatnonzero(np.isin(icbs, CATCHMENTS[Home.PARKSIDE]))
    # The built-in set may lack these ICBs; people must live somewhere.
    there = there if len(there) else np.flatnonzero(operator == Home.PARKSIDE)
    place = rng.choice(there, count)
    return Belonging(
        also=np.where(joined, operator[people.place], np.where(left, Home.PARKSIDE, NOWHERE)),
        place=np.where(left, place, NOWHERE),
        postcode=rng.integers(0, POSTCODES_EACH, count),
    )


def operators(neighbourhoods: Sequence[Neighbourhood]) -> Ints:
    """The leisure operator of each neighbourhood; where neither works, one of the two."""
    homes = (Home.HARBOUR, Home.PARKSIDE)
    served = {icb: home for home in homes for icb in CATCHMENTS[home]}
    return np.array(
        [served.get(n.icb_code, homes[k % 2]) for k, n in enumerate(neighbourhoods)],
        dtype=np.int64,
    )
