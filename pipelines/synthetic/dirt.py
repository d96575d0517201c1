"""Every kind of dirt that a delivery may hold, with the fate that it should meet.

Kinds listed here rather than beside a planting concern whole records or files.
"""

from collections.abc import Iterable

from pipelines.core.errors import BadSettings
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
    Dirt("twin_trap", PARKSIDE, "participant",
         "twins: same birth date, address, surname and initial, two persons", KEPT),
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

DIRT = (*IN_PEOPLE, *IN_VISITS, *IN_PROGRAMMES, *IN_RECORDS, *IN_FILES)
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
