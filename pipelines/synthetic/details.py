"""What an organisation wrote down of a person: one entry a record, true or not.

Two organisations that know the same person may have written different things.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.names import FORENAMES, SURNAMES
from pipelines.synthetic.people import Ints, People

Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Details:
    """Columns of one entry a record. `difference` names how it departs from the truth, or is ''."""

    given: Texts
    family: Texts
    birth_day: Ints
    place: Ints
    postcode: Ints
    difference: Texts

    def repeated(self, chosen: Ints) -> "Details":
        """The same records and, behind them, the chosen ones once more."""
        return Details(**{name: np.concatenate([c, c[chosen]]) for name, c in vars(self).items()})


def write_down(people: People, person: Ints) -> Details:
    """The details of each person as they are."""
    return Details(
        given=np.array(given_names(people, person), dtype=np.str_),
        family=np.array([SURNAMES[k] for k in people.surname[person].tolist()], dtype=np.str_),
        birth_day=people.birth_day[person].copy(),
        place=people.place[person].copy(),
        postcode=people.postcode[person].copy(),
        difference=np.full(len(person), "", dtype=np.str_),
    )


def given_names(people: People, person: Ints) -> list[str]:
    """The first name of each person."""
    sexes, first = people.sex[person].tolist(), people.forename[person].tolist()
    return [FORENAMES["1" if s == "1" else "2"][k] for s, k in zip(sexes, first, strict=True)]
