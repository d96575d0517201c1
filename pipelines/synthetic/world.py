"""The synthetic world of one run: who lives where, who is with whom, who is like whom."""

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from pipelines.core.agreement_terms import AgeRule
from pipelines.synthetic.belonging import Belonging, belong
from pipelines.synthetic.children import mind_ages
from pipelines.synthetic.consents import Consents
from pipelines.synthetic.people import Home, Ints, People, day_number, make_people
from pipelines.synthetic.places import Neighbourhood
from pipelines.synthetic.traps import COPIED, Trap, set_traps


@dataclass(frozen=True)
class World:
    """People and what is true of them, until which day, drawn under which seed with what dirt."""

    people: People
    belonging: Belonging
    traps: tuple[Trap, ...]
    neighbourhoods: Sequence[Neighbourhood]
    through: dt.date
    seed: int
    enabled: AbstractSet[str]
    age_rules: Mapping[Home, AgeRule]

    def aged(self, consents: Consents, born: Ints, home: Home) -> Consents:
        """The consents as the organisation's rule about age would have them."""
        rng = np.random.default_rng([self.seed, 13, home])
        return mind_ages(consents, born, self.age_rules.get(home), day_number(self.through), rng)

    def trapped(self, kinds: AbstractSet[str]) -> dict[str, int]:
        """How many pairs of each of these kinds there are."""
        return {
            kind: sum(trap.kind == kind for trap in self.traps)
            for kind in sorted(kinds & self.enabled & set(COPIED))
        }


def make_world(
    count: int,
    neighbourhoods: Sequence[Neighbourhood],
    through: dt.date,
    seed: int,
    enabled: AbstractSet[str],
    age_rules: Mapping[Home, AgeRule],
) -> World:
    """Draw a world of so many people."""
    drawn = make_people(count, neighbourhoods, through, seed)
    belonging = belong(drawn, neighbourhoods, seed, enabled)
    people, traps = set_traps(drawn, belonging, neighbourhoods, day_number(through), seed, enabled)
    return World(people, belonging, traps, neighbourhoods, through, seed, enabled, age_rules)
