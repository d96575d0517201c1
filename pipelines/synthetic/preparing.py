"""Programmes that prepare for treatment: some referrals of the platform become one of these.

It has a generator of its own, so it changes the programme's name and no other draw.
"""

import zlib

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.str_]

LABEL = zlib.crc32(b"programmes that prepare for treatment")
MUSCULOSKELETAL, PREHABILITATION = 0.3, 0.5
"""Share of musculoskeletal referrals to general exercise that go to a programme of their own, and
of hospitals' referrals that prepare for an operation. Assumptions."""


def preparing(programme: Words, condition: Words, referrer: Words, seed: int) -> Words:
    """The programmes, some of them in place of what was drawn."""
    rng = np.random.default_rng([seed, LABEL])
    chance = rng.random((2, len(programme)))
    general = programme == "exercise_on_referral"
    own = general & (condition == "musculoskeletal") & (chance[0] < MUSCULOSKELETAL)
    before = general & (referrer == "hospital") & (chance[1] < PREHABILITATION)
    names = np.where(own, "musculoskeletal", programme)
    return np.asarray(np.where(before, "prehabilitation", names))
