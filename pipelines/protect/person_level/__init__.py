"""Rows of people that may leave: made coarse until nobody stands out, then attacked.

Tables in, tables and figures out. Nothing here knows a key, a recipient or a file.
"""

from pipelines.protect.person_level.anonymity import Anonymity, anonymity
from pipelines.protect.person_level.attack import Attack
from pipelines.protect.person_level.frequency import RankMatching, rank_matching
from pipelines.protect.person_level.inference import Inference, inference
from pipelines.protect.person_level.ladders import (
    Ladder,
    Ladders,
    Rung,
    generalise,
    standard_ladders,
)
from pipelines.protect.person_level.lattice import Anonymised, information_loss, make_anonymous
from pipelines.protect.person_level.linkability import (
    best_linkability,
    guessed,
    linkability,
    nearest_linkability,
    on_common_levels,
    shared_pseudonyms,
)
from pipelines.protect.person_level.membership import Leavers, Membership, membership
from pipelines.protect.person_level.singling_out import Isolation, SinglingOut, singling_out

__all__ = [
    "Anonymised",
    "Anonymity",
    "Attack",
    "Inference",
    "Isolation",
    "Ladder",
    "Ladders",
    "Leavers",
    "Membership",
    "RankMatching",
    "Rung",
    "SinglingOut",
    "anonymity",
    "best_linkability",
    "generalise",
    "guessed",
    "inference",
    "information_loss",
    "linkability",
    "make_anonymous",
    "membership",
    "nearest_linkability",
    "on_common_levels",
    "rank_matching",
    "shared_pseudonyms",
    "singling_out",
    "standard_ladders",
]
