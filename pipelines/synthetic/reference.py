"""A small built-in reference set, for machines without the publishers' tables.

It has the same files and headers as the real tables, so the same agreements read both.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipelines.core.files import write_whole
from pipelines.synthetic import builtin_activities as activities
from pipelines.synthetic import builtin_documents as documents
from pipelines.synthetic import builtin_groups as groups
from pipelines.synthetic import builtin_health as health
from pipelines.synthetic import builtin_inactivity as inactivity
from pipelines.synthetic import builtin_scores as scores
from pipelines.synthetic.builtin_places import (
    Change,
    Place,
    plan_changes,
    plan_places,
    read_boards,
    successions,
)

Row = Sequence[object]

DOMAINS_2025 = (
    "Income", "Employment", "Education", "Health", "Crime", "Housing_and_Services", "Environment",
)  # fmt: skip
DOMAINS_2019 = (*DOMAINS_2025[:5], "Housing_and_Access", "Environment")
# Shares of England's residents by age, ONS mid-2020 estimates.
AGE_SHARES = {
    "0-4": 0.05728, "5-9": 0.06259, "10-14": 0.06075, "15-18": 0.04395, "19-24": 0.07255,
    "25-29": 0.06669, "30-34": 0.06763, "35-39": 0.0661, "40-44": 0.06147, "45-49": 0.06434,
    "50-54": 0.06853, "55-59": 0.06652, "60-64": 0.05653, "65-69": 0.04924, "70-74": 0.04976,
    "75-79": 0.03554, "80-84": 0.02563, "85-89": 0.01566, "90+": 0.00921,
}  # fmt: skip
ETHNIC_SHARES = {
    "Asian, Asian British or Asian Welsh": 0.096,
    "Black, Black British, Black Welsh, Caribbean or African": 0.042,
    "Mixed or Multiple ethnic groups": 0.030,
    "Other ethnic group": 0.022,
    "White": 0.810,
}
"""England, Census 2021."""
SUCCESSION_DAY = "2026-04-01"


def write_reference(folder: Path, seed: int) -> None:
    """Write the built-in set into a folder; the same seed gives the same bytes."""
    places = plan_places(seed)
    boards = read_boards()
    changes = plan_changes(places)
    _write_geography(folder / "geography", places, changes)
    _write_groups(folder, places, seed)
    _write_deprivation(folder / "imd", places, changes)
    _write_population(folder / "population", places, changes, seed)
    fingertips = folder / "fingertips"
    _write_csv(
        fingertips / "trafforddatalab_inactive_adults.csv",
        health.INACTIVE_HEADER,
        health.inactive_rows(places, seed),
    )
    _write_csv(
        fingertips / "fingertipsnext_healthdata_2025-02-13.csv",
        health.NEXT_HEADER,
        health.next_rows(boards),
    )
    write_whole(fingertips / "fingertipsnext_indicator_metadata.json", documents.metadata_json())
    qof = folder / "qof"
    _write_csv(
        qof / "PREVALENCE_2021_v2.csv", health.QOF_HEADER, health.prevalence_rows(places, seed)
    )
    _write_csv(
        qof / "MAPPING_NHS_GEOGRAPHIES_2021.csv",
        health.MAPPING_HEADER,
        health.practice_rows(places),
    )
    _write_value_sets(folder / "proms")
    _write_csv(
        folder / "openactive" / "activity_list_concepts.csv",
        activities.HEADER,
        activities.concept_rows(),
    )
    waits = folder / "health" / "rtt_stp20_by_treatment_2020-04_2025-02.parquet"
    write_whole(waits, documents.waits_parquet(boards, seed))


def _write_value_sets(folder: Path) -> None:
    _write_csv(
        folder / "eq5d5l_value_set_coefficients_UK2026_England2018.csv",
        scores.COEFFICIENTS_HEADER,
        scores.coefficient_rows(),
    )
    _write_csv(
        folder / "eq5d5l_uk_crosswalk_vanhout2012.csv",
        scores.CROSSWALK_HEADER,
        scores.crosswalk_rows(),
    )
    _write_csv(folder / "swemwbs_raw_to_metric.csv", scores.SWEMWBS_HEADER, scores.swemwbs_rows())


def _write_groups(folder: Path, places: Sequence[Place], seed: int) -> None:
    _write_csv(
        folder / "population" / "census2021_lsoa21_england_disability.csv",
        groups.DISABILITY_HEADER,
        groups.disability_rows(places, seed),
    )
    _write_csv(
        folder / "population" / "census2021_ltla21_age3_sex.csv",
        inactivity.SEX_HEADER,
        inactivity.sex_rows(places, seed),
    )
    _write_csv(
        folder / "geography" / "ruc21_lsoa21.csv",
        groups.RURAL_URBAN_HEADER,
        groups.rural_urban_rows(places, seed),
    )


def _write_geography(folder: Path, places: Sequence[Place], changes: Sequence[Change]) -> None:
    _write_csv(
        folder / "lsoa21_sicbl24_icb24.csv",
        (
            "lsoa21_name", "lsoa21_code", "sicbl24_name", "sicbl24_code", "sicbl24_code_nhs",
            "icb24_name", "icb24_code", "icb24_code_nhs",
        ),
        (
            (
                p.name, p.code, f"Sub-ICB {p.sub_ods} (synthetic)", p.sub_code, p.sub_ods,
                p.board.name24, p.board.code24, p.board.ods24,
            )
            for p in places
        ),
    )  # fmt: skip
    _write_csv(
        folder / "lsoa21_icb24_icb26_DERIVED.csv",
        (
            "lsoa21_code", "icb24_code", "icb24_code_nhs", "icb26_code", "icb26_code_nhs",
            "icb26_name",
        ),
        (
            (
                p.code, p.board.code24, p.board.ods24, p.board.code26, p.board.ods26,
                p.board.name26,
            )
            for p in places
        ),
    )  # fmt: skip
    _write_csv(
        folder / "lsoa21_ltla24_england.csv",
        ("lsoa21_code", "lsoa21_name", "ltla24_code", "ltla24_name"),
        ((p.code, p.name, p.district_code, p.district_name) for p in places),
    )
    _write_succession(folder, places)
    _write_changes(folder, changes)


def _write_succession(folder: Path, places: Sequence[Place]) -> None:
    boards = [p.board for p in places]
    _write_csv(
        folder / "icb_succession_2026.csv",
        (
            "icb24_code", "icb24_code_nhs", "icb24_name", "icb26_code", "icb26_code_nhs",
            "icb26_name", "n_lsoa21", "succession_date",
        ),
        (
            (
                b.code24, b.ods24, b.name24, b.code26, b.ods26, b.name26, boards.count(b),
                SUCCESSION_DAY,
            )
            for b in successions(read_boards())
        ),
    )  # fmt: skip


def _write_changes(folder: Path, changes: Sequence[Change]) -> None:
    """The lookup, with one Welsh neighbourhood: the real one covers both countries."""
    welsh = ("Wales 001A", "W01900001", "U", "Wales 001A", "W01900001", "Wales", "W06900001")
    rows = [
        (
            f"{c.place.name} in 2011", c.code11, c.kind, c.place.name, c.place.code,
            c.place.district_name, c.place.district_code,
        )
        for c in changes
    ]  # fmt: skip
    _write_csv(
        folder / "lookup_lsoa11_lsoa21_ltla22.csv",
        (
            "lsoa11_name", "lsoa11_code", "change_code", "lsoa21_name", "lsoa21_code",
            "ltla22_name", "ltla22_code",
        ),
        [*rows, welsh],
    )  # fmt: skip


def _write_deprivation(folder: Path, places: Sequence[Place], changes: Sequence[Change]) -> None:
    """Every domain stands where the whole index stands; only the index itself is used."""
    _write_csv(
        folder / "imd2025_lsoa21.csv",
        (
            "lsoa21_code",
            *_measured("decile", DOMAINS_2025),
            *_measured("rank", DOMAINS_2025),
            *_measured("score", DOMAINS_2025),
        ),
        ((p.code, *[p.decile] * 8, *[p.rank] * 8, *[p.score] * 8) for p in places),
    )
    newest = {c.code11: c.place for c in changes}
    _write_csv(
        folder / "imd2019_lsoa11.csv",
        ("lsoa11_code", *_measured("decile", DOMAINS_2019), *_measured("rank", DOMAINS_2019)),
        ((code, *[p.decile] * 8, *[p.rank] * 8) for code, p in sorted(newest.items())),
    )


def _measured(measure: str, domains: Sequence[str]) -> list[str]:
    return [f"{name}_{measure}" for name in ("IMD", *domains)]


def _write_population(
    folder: Path, places: Sequence[Place], changes: Sequence[Change], seed: int
) -> None:
    rng = np.random.default_rng([seed, 5])
    _write_csv(
        folder / "ons_mid2020_lsoa11_england_agebands.csv",
        ("lsoa11_code", "total_population", *AGE_SHARES),
        (
            (code, people, *_shared(rng, people, AGE_SHARES.values()))
            for code, people in sorted(_people_2011(changes).items())
        ),
    )
    _write_csv(
        folder / "census2021_lsoa21_england_ethnic_group5.csv",
        ("lsoa21_code", *ETHNIC_SHARES, "total_residents"),
        ((p.code, *_shared(rng, p.residents, ETHNIC_SHARES.values()), p.residents) for p in places),
    )


def _people_2011(changes: Sequence[Change]) -> dict[str, int]:
    """Residents of 2021 handed back in equal parts to the neighbourhoods of 2011."""
    origins = [c.place.code for c in changes]
    people: dict[str, int] = {}
    for change in changes:
        part = change.place.residents // origins.count(change.place.code)
        people[change.code11] = people.get(change.code11, 0) + part
    return people


def _shared(rng: np.random.Generator, people: int, shares: Iterable[float]) -> Iterator[int]:
    parts = np.array(list(shares))
    return (int(n) for n in rng.multinomial(people, parts / parts.sum()))


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode())
