"""What a release must know before it counts: the ICBs of a day, where consented people live, and
how many rows consent kept out.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from pipelines.core.errors import BadRelease, UnknownArea
from pipelines.core.plan import Area, find_area
from pipelines.core.ports import Engine

KNOWN = """
select parent_code as code, max(parent_ods_code) as ods_code, max(parent_name) as name
from geography
where area_type = 'lsoa21' and parent_type = 'icb'
    and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
group by parent_code
order by parent_code
"""

PEOPLED = """
select geography.parent_code as code
from person
join geography on geography.area_code = person.lsoa21_code
where geography.area_type = 'lsoa21' and geography.parent_type = 'icb'
    and geography.valid_from <= $boundaries_on
    and (geography.valid_to is null or geography.valid_to >= $boundaries_on)
group by geography.parent_code
having count(distinct person.person_key) > $more_than
"""

REFUSED = """
select provider, code as reason, sum("rows") as refused
from intake_count
where fate = 'refused'
group by provider, code
order by provider, code
"""


def choose_areas(
    engine: Engine,
    boundaries_on: dt.date,
    icbs: Sequence[str] | None,
    *,
    more_than: int = 0,
    before: Collection[str] = (),
) -> tuple[Area, ...]:
    """The named ICBs; when none are named, each in which more consented people than that live.

    Those of earlier releases stay: an ICB that comes or goes would tell of its last few people.
    """
    known = known_areas(engine, boundaries_on)
    if not known:
        raise UnknownArea(
            "geography-empty",
            "the store has no neighbourhood-to-ICB lookup of that vintage.",
            "Take in the reference tables first.",
        )
    if icbs:
        return tuple(dict.fromkeys(find_area(known, code) for code in icbs))
    peopled = peopled_codes(engine, boundaries_on, more_than) | set(before)
    if not peopled:
        raise BadRelease(
            "store-unpeopled",
            "in no ICB do enough people in the store consent to this use on that day.",
            "Take in deliveries with consent, or name the ICBs.",
        )
    return tuple(area for area in known if area.code in peopled)


def known_areas(engine: Engine, boundaries_on: dt.date) -> list[Area]:
    """Every ICB whose borders hold on a day."""
    found = engine.run(KNOWN, {"boundaries_on": boundaries_on}).to_pylist()
    return [
        Area(row["code"], row["ods_code"] or row["code"], row["name"] or row["code"])
        for row in found
    ]


def peopled_codes(engine: Engine, boundaries_on: dt.date, more_than: int = 0) -> set[str]:
    """The codes of the ICBs in which more consented people than that live."""
    found = engine.run(PEOPLED, {"boundaries_on": boundaries_on, "more_than": more_than})
    return set(found["code"].to_pylist())


def refused_rows(engine: Engine) -> list[tuple[str, str, int]]:
    """Provider, reason and exact number of rows that consent kept out."""
    found = engine.run(REFUSED, {}).to_pylist()
    return [(row["provider"], row["reason"], int(row["refused"])) for row in found]
