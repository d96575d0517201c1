"""Every kind of dirt that a delivery may hold, with the fate that it should meet.

Kinds listed here rather than beside a planting concern whole records or files.
"""

from collections.abc import Iterable

from pipelines.core.errors import BadSettings
from pipelines.synthetic.belonging import MOVED
from pipelines.synthetic.differences import DIFFERENCES
from pipelines.synthetic.dirt_in_people import HARBOUR, IN_PEOPLE, MOVEWELL, PARKSIDE
from pipelines.synthetic.dirt_in_programmes import IN_PROGRAMMES
from pipelines.synthetic.dirt_in_visits import IN_VISITS
from pipelines.synthetic.planting import KEPT, REPAIRED, Dirt, Fate, Outcome, quarantined

IN_RECORDS = (
    Dirt("consent_event_unknown", HARBOUR, "consent_event",
         "a consent event in the clerk's own words; it shuts the person out",
         quarantined("consent_event.event.allowed")),
    Dirt("two_records_one_person", HARBOUR, "participant", "one person, two numbers in use", KEPT),
    Dirt("numbers_reissued", HARBOUR, "participant",
         "new numbers for everybody when a club's system was replaced", KEPT),
    Dirt("rejoined", PARKSIDE, "participant", "back after a while, with a new number", KEPT),
)  # fmt: skip

IN_WITHDRAWALS = (
    Dirt("withdrawn_later", HARBOUR, "consent_event",
         "a member withdraws after their records came in (persons)", KEPT),
    Dirt("withdrawn_later_too", PARKSIDE, "consent_event",
         "a member withdraws after their records came in (persons)", KEPT),
)  # fmt: skip

IN_LINKAGE = (
    Dirt("twin_trap", PARKSIDE, "participant",
         "twins: same birth date, address, surname and initial, two persons", KEPT),
    Dirt("household_account", PARKSIDE, "participant",
         "a couple on one account, both with the holder's date of birth (pairs)", KEPT),
    Dirt("twin_apart", MOVEWELL, "participant",
         "the twin, with the same initial, of somebody else's member (pairs)", KEPT),
    Dirt("father_and_son", MOVEWELL, "participant",
         "the father, of one name and address, of somebody else's member (pairs)", KEPT),
    Dirt("namesake", MOVEWELL, "participant",
         "same name and birth date as somebody else's member of another town (pairs)", KEPT),
    Dirt(MOVED, PARKSIDE, "participant",
         "a member of the other operator too, who moved from there", KEPT),
    *(Dirt(d.name, MOVEWELL, "participant", f"a member elsewhere, here with {d.planted}", KEPT)
      for d in DIFFERENCES),
)  # fmt: skip

IN_FILES = (
    Dirt("file_resent", HARBOUR, "attendance", "a month's file again under another name",
         Fate(Outcome.FILE, "already_taken_in")),
    Dirt("file_late", HARBOUR, "attendance",
         "three days of one club, a week after the others (rows)", KEPT),
    Dirt("site_renamed", PARKSIDE, "attendance", "a club under its new name (rows)", KEPT),
    Dirt("column_renamed", PARKSIDE, "attendance",
         "a column under its new name (rows)", REPAIRED),
    Dirt("characters_of_windows", PARKSIDE, "attendance",
         "bytes that are not UTF-8, as the agreement says (rows)", REPAIRED),
    Dirt("byte_order_mark", MOVEWELL, "referral", "a byte-order mark before the header (rows)",
         REPAIRED),
)  # fmt: skip

DIRT = (
    *IN_PEOPLE,
    *IN_VISITS,
    *IN_PROGRAMMES,
    *IN_RECORDS,
    *IN_LINKAGE,
    *IN_WITHDRAWALS,
    *IN_FILES,
)
BY_NAME = {kind.name: kind for kind in DIRT}
ALL_DIRT = tuple(BY_NAME)


def chosen_kinds(names: Iterable[str]) -> frozenset[str]:
    """The names, if all are known. Raises `BadSettings` listing the known ones otherwise."""
    wanted = frozenset(names)
    if wanted - set(BY_NAME):
        raise BadSettings(
            "synthetic-unknown-dirt",
            "a kind of dirt has no known name.",
            f"Choose among: {', '.join(sorted(BY_NAME))}.",
        )
    return wanted
