"""Where synthetic people live: real or built-in neighbourhoods, with postcodes that cannot exist.

Royal Mail issues no postcode area that begins with X, so none of these can be anyone's address.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import BadSettings
from pipelines.synthetic.drops import WrittenDrop, finish_drop, open_drop, write_part

POSTCODES_EACH = 4
"""Postcodes in one neighbourhood; England really has about 40."""

_AREAS = "ABCDEFGHJKLNPQRSTUWXYZ"
_DISTRICTS = 99
# Royal Mail leaves out letters in the last two places that are easily misread.
_UNITS = "ABDEFGHJLNPQRSTUWXYZ"
_SECTORS = 10
_OUTWARDS = len(_AREAS) * _DISTRICTS
TOGETHER = 20
"""Neighbourhoods, neighbours by their code, that share an outward code; England really has 15."""
_EACH = _SECTORS * len(_UNITS) ** 2 // TOGETHER


@dataclass(frozen=True)
class Neighbourhood:
    """One LSOA 2021 with what decides who lives in it. `icb_code` is the ONS code of 2026."""

    lsoa21_code: str
    ltla_code: str
    icb_code: str
    imd_decile: int
    people: int


def read_neighbourhoods(reference: Path) -> list[Neighbourhood]:
    """Read England's neighbourhoods. Raises `BadSettings` when a table is missing or odd."""
    try:
        icbs = _column(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv", "icb26_code")
        districts = _column(reference / "geography/lsoa21_ltla24_england.csv", "ltla24_code")
        deciles = _column(reference / "imd/imd2025_lsoa21.csv", "IMD_decile")
        residents = _column(
            reference / "population/census2021_lsoa21_england_ethnic_group5.csv",
            "total_residents",
        )
        everywhere = sorted(set(icbs) & set(districts) & set(deciles) & set(residents))
        found = [
            Neighbourhood(c, districts[c], icbs[c], int(deciles[c]), round(float(residents[c])))
            for c in everywhere
        ]
    except (OSError, KeyError, ValueError):
        found = []
    if not found:
        raise BadSettings(
            "reference-unreadable",
            "the reference folder lacks a table of neighbourhoods, or one cannot be read.",
            "Point WIDEBRIDGE_REFERENCE at a folder laid out as the documentation says, or "
            "leave it out to use the built-in set.",
        )
    return found


def _column(path: Path, name: str) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["lsoa21_code"]: row[name] for row in csv.DictReader(stream)}


def postcodes_in(lsoa21_code: str, seed: int) -> tuple[str, ...]:
    """The neighbourhood's postcodes: never the same for two of England's under one seed."""
    group, place = divmod(int(lsoa21_code[3:]), TOGETHER)
    outward = (group + (seed % 1000) * 101) % _OUTWARDS
    apart = _EACH // POSTCODES_EACH - 1
    return tuple(_postcode(outward, place * _EACH + k * apart) for k in range(POSTCODES_EACH))


def _postcode(outward: int, inward: int) -> str:
    area, district = divmod(outward, _DISTRICTS)
    rest, last = divmod(inward, len(_UNITS))
    sector, middle = divmod(rest, len(_UNITS))
    return f"X{_AREAS[area]}{district + 1} {sector}{_UNITS[middle]}{_UNITS[last]}"


def write_postcode_directory(
    drop: Path, neighbourhoods: Sequence[Neighbourhood], seed: int
) -> WrittenDrop:
    """Write the directory of synthetic postcodes as a drop of its own."""
    open_drop(drop)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["postcode", "lsoa21"])
    writer.writerows(_directory(neighbourhoods, seed))
    write_part(drop / "postcodes.csv", [text.getvalue().encode("utf-8")])
    return finish_drop(drop)


def _directory(neighbourhoods: Sequence[Neighbourhood], seed: int) -> Iterator[tuple[str, str]]:
    for place in neighbourhoods:
        for postcode in postcodes_in(place.lsoa21_code, seed):
            yield postcode, place.lsoa21_code
