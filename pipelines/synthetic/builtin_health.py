"""The health side of the built-in England: published national figures, made-up local ones.

England's percentages of inactive adults are facts (OHID indicator 93015). What districts,
practices and ICBs show is drawn around them.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pipelines.synthetic.builtin_inactivity import category_rows
from pipelines.synthetic.builtin_places import DETAILED, Board, Place

Row = Sequence[object]

ENGLAND = "E92000001"
# OHID 93015, persons aged 19 and over in England, per cent.
ENGLAND_INACTIVE: Mapping[str, float] = {
    "2015/16": 22.3, "2016/17": 22.2, "2017/18": 22.2, "2018/19": 21.4, "2019/20": 22.9,
    "2020/21": 23.4, "2021/22": 22.3, "2022/23": 22.6, "2023/24": 22.0, "2024/25": 21.8,
}  # fmt: skip
# The same by year as FingertipsNext gives it: value, lower and upper limit, sample.
ENGLAND_BY_YEAR: Mapping[str, tuple[float, float, float, int]] = {
    "2018": (21.39067, 21.20107, 21.58461, 176260), "2019": (22.90233, 22.7038, 23.10395, 172187),
    "2020": (23.37551, 23.17871, 23.57194, 172680), "2021": (22.26142, 22.07085, 22.45878, 172730),
    "2022": (22.5966, 22.3928, 22.79446, 168054),
}  # fmt: skip
# 2022, by deprivation decile from the most to the least deprived.
DECILES = "LSOA11 deprivation deciles within area (IMD  trend)"
ENGLAND_BY_DECILE: Mapping[str, tuple[float, float, float, int]] = {
    "Most deprived decile": (35.34939, 34.49209, 36.20908, 11823),
    "Second most deprived decile": (30.65613, 29.85804, 31.48296, 12556),
    "Third more deprived decile": (27.21781, 26.46822, 27.96753, 13673),
    "Fourth more deprived decile": (24.85732, 24.18542, 25.53659, 15468),
    "Fifth more deprived decile": (22.22812, 21.59755, 22.84836, 16951),
    "Fifth less deprived decile": (20.37031, 19.78523, 20.95672, 18438),
    "Fourth less deprived decile": (19.34854, 18.79156, 19.91204, 19099),
    "Third less deprived decile": (18.72611, 18.17533, 19.27564, 19631),
    "Second least deprived decile": (17.75356, 17.21619, 18.29189, 19987),
    "Least deprived decile": (16.099, 15.59624, 16.59487, 20428),
}
# QOF 2020-21, England: list that is the denominator, its share of all patients, prevalence.
LISTS: Mapping[str, float] = {
    "TOTAL": 1.0, "06OV": 0.938, "16OV": 0.82, "17OV": 0.809, "18OV": 0.798, "50OV": 0.367,
}  # fmt: skip
REGISTERS: Mapping[str, tuple[str, float]] = {
    "AF": ("TOTAL", 2.05), "AST": ("06OV", 6.38), "CAN": ("TOTAL", 3.21), "CHD": ("TOTAL", 3.05),
    "CKD": ("18OV", 3.96), "COPD": ("TOTAL", 1.93), "DEM": ("TOTAL", 0.71),
    "DEP": ("18OV", 12.29), "DM": ("17OV", 7.11), "EP": ("18OV", 0.8), "HF": ("TOTAL", 0.91),
    "HYP": ("TOTAL", 13.93), "LD": ("TOTAL", 0.53), "MH": ("TOTAL", 0.95), "NDH": ("18OV", 5.31),
    "OB": ("18OV", 6.88), "OST": ("50OV", 0.76), "PAD": ("TOTAL", 0.59), "PC": ("TOTAL", 0.47),
    "RA": ("16OV", 0.77), "STIA": ("TOTAL", 1.8),
}  # fmt: skip
PRACTICES_EACH = 3
SEX_IDS = {"Male": 1, "Female": 2, "Persons": 4}

INACTIVE_HEADER = (
    "area_code", "area_name", "area_type", "period", "indicator", "measure", "unit", "value",
    "compared_to_England", "inequality",
)  # fmt: skip
NEXT_HEADER = (
    "IndicatorId", "Category", "CategoryType", "Age", "Sex", "Trend", "Denominator",
    "CategoryTypeId", "UpperCI", "Value", "Count", "AreaCode", "SexID", "AgeID", "Year", "LowerCI",
    "CategoryId",
)  # fmt: skip
QOF_HEADER = (
    "PRACTICE_CODE", "GROUP_CODE", "REGISTER", "PATIENT_LIST_TYPE", "PRACTICE_LIST_SIZE",
)  # fmt: skip
MAPPING_HEADER = (
    "NAT_ONS_CODE", "NAT_CODE", "COUNTRY", "REGION_ODS_CODE", "REGION_ONS_CODE", "REGION_NAME",
    "STP_ODS_CODE", "STP_ONS_CODE", "STP_NAME", "CCG_ODS_CODE", "CCG_ONS_CODE", "CCG_NAME",
    "PCN_ODS_CODE", "PCN_NAME", "PRACTICE_CODE", "PRACTICE_NAME",
)  # fmt: skip


def inactive_rows(places: Sequence[Place], seed: int) -> Iterator[Row]:
    """Inactive adults by district and year: what its deprivation would give, and some chance."""
    rng = np.random.default_rng([seed, 2])
    yield from _district_rows(ENGLAND, "England", "Country", ENGLAND_INACTIVE)
    rates = [value for value, *_ in ENGLAND_BY_DECILE.values()]
    districts = {p.district_code: p.district_name for p in places}
    for code, name in sorted(districts.items()):
        here = [p for p in places if p.district_code == code]
        residents = sum(p.residents for p in here)
        expected = sum(p.residents * rates[p.decile - 1] for p in here) / residents
        level = (expected + rng.normal(0, 1.2)) / ENGLAND_BY_YEAR["2022"][0]
        values = {y: v * level + rng.normal(0, 0.6) for y, v in ENGLAND_INACTIVE.items()}
        yield from _district_rows(code, name, "UA", values)


def _district_rows(code: str, name: str, kind: str, values: Mapping[str, float]) -> Iterator[Row]:
    what = "Percentage of physically inactive adults"
    for year, value in values.items():
        compared = "Not compared" if code == ENGLAND else _compared(value, ENGLAND_INACTIVE[year])
        shown = f"{round(value, 1):g}"
        yield code, name, kind, year, what, "Percentage", "Persons", shown, compared, "NA"


def _compared(value: float, england: float) -> str:
    if abs(value - england) < 2:
        return "Similar"
    return "Worse" if value > england else "Better"


def next_rows(boards: Sequence[Board]) -> Iterator[Row]:
    """England's gradient, a trend, and one row of an ICB twice, as the real file has them."""
    for year, figures in ENGLAND_BY_YEAR.items():
        yield _next_row(year, ENGLAND, figures, "", "", "")
    for number, (category, figures) in enumerate(ENGLAND_BY_DECILE.items(), start=1):
        yield _next_row("2022", ENGLAND, figures, category, DECILES, f"{number}.0")
    for age, sex, category_type, category, figures in category_rows():
        yield _next_row("2022", ENGLAND, figures, category, category_type, "", age, sex)
    repeated = _next_row("2022", boards[0].code24, (23.1, 21.9, 24.3, 4800), "", "", "")
    yield from (repeated, repeated)


def _next_row(
    year: str,
    area: str,
    figures: tuple[float, float, float, int],
    category: str,
    category_type: str,
    category_id: str,
    age: str = "19+ yrs",
    sex: str = "Persons",
) -> Row:
    value, lower, upper, sample = figures
    type_id = "71.0" if category_id else ""
    return (
        "93015", category, category_type, age, sex, "", f"{sample}.0", type_id, upper,
        value, "", area, SEX_IDS[sex], 298, year, lower, category_id,
    )  # fmt: skip


def practices(places: Sequence[Place]) -> list[tuple[str, Place]]:
    """Made-up practices, three in each ICB that has detail. No practice code begins with Z."""
    homes = [
        place
        for code in DETAILED
        for place in [p for p in places if p.board.code24 == code][:PRACTICES_EACH]
    ]
    return [(f"Z9{number:04d}", place) for number, place in enumerate(homes, start=1)]


def prevalence_rows(places: Sequence[Place], seed: int) -> Iterator[Row]:
    """People on each register of each practice, more where people are more deprived."""
    rng = np.random.default_rng([seed, 3])
    for code, place in practices(places):
        patients = int(rng.integers(4_000, 14_000))
        for group, (list_type, prevalence) in REGISTERS.items():
            listed = round(patients * LISTS[list_type])
            share = prevalence / 100 * (1.25 - 0.05 * place.decile)
            yield code, group, int(rng.binomial(listed, share)), list_type, listed


def practice_rows(places: Sequence[Place]) -> Iterator[Row]:
    """Where each practice belongs."""
    for number, (code, p) in enumerate(practices(places), start=1):
        yield (
            ENGLAND, "ENG", "England", "Y99", "E40000099", "Synthetic region",
            p.board.ods24, p.board.code24, p.board.name24, p.sub_ods, p.sub_code,
            f"Sub-ICB {p.sub_ods} (synthetic)", f"9P{number:03d}", f"Network {number} (synthetic)",
            code, f"Practice {number} (synthetic)",
        )  # fmt: skip
