"""Who is inactive in England, by age, sex, ethnic group and disability, and residents by sex.

England's percentages are facts (OHID indicator 93015, 2022). Districts' residents by sex are drawn
around England's census shares.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pipelines.synthetic.builtin_places import Place

Row = Sequence[object]
Figures = tuple[float, float, float, int]
"""Value, lower and upper limit, sample."""

BY_AGE: Mapping[str, Figures] = {
    "19-24 yrs": (17.69446, 16.80907, 18.6211, 6788),
    "25-34 yrs": (20.36215, 19.81953, 20.90699, 21610),
    "35-44 yrs": (21.19898, 20.72446, 21.69639, 26751),
    "45-54 yrs": (19.53121, 19.06447, 20.00442, 27129),
    "55-64 yrs": (21.68325, 21.23816, 22.11875, 33049),
    "65-74 yrs": (22.67913, 22.21168, 23.13848, 31614),
    "75-84 yrs": (33.16727, 32.46686, 33.86167, 17350),
    "85+ yrs": (57.26172, 55.67366, 58.83604, 3763),
}
BY_SEX: Mapping[str, Figures] = {
    "Male": (21.00345, 20.71934, 21.29996, 74235),
    "Female": (23.99282, 23.72289, 24.26838, 92944),
}
BY_GROUP: Mapping[str, Mapping[str, Figures]] = {
    "Ethnic groups": {
        "White British": (20.78504, 20.56743, 20.99792, 136123),
        "White Other": (21.19154, 20.39425, 21.99853, 9537),
        "Asian": (31.99397, 30.99198, 32.98058, 8599),
        "Black": (31.16383, 29.57568, 32.77391, 3158),
        "Chinese": (26.34994, 24.10652, 28.66153, 1427),
        "Mixed": (18.99929, 17.40614, 20.56314, 2344),
        "Other": (31.50359, 29.01592, 33.93632, 1382),
    },
    "Disability": {
        "Disabled": (35.80638, 35.30277, 36.32032, 34003),
        "Not disabled": (18.05028, 17.83811, 18.26549, 124946),
    },
}
SEX_HEADER = (
    "ltla21_code", "total_population", "total_females", "total_males", "younger_females",
    "working_age_females", "older_females", "younger_males", "working_age_males", "older_males",
)  # fmt: skip
# England, Census 2021: shares of all residents, in the order of the last six columns. They do not
# add up to 1: the real table leaves out people of 75 and over.
SHARES = (0.0955, 0.32, 0.0512, 0.1003, 0.3102, 0.0473)
WOMEN = 0.5104


def category_rows() -> Iterator[tuple[str, str, str, str, Figures]]:
    """Age, sex, category type, category and figures of each of England's published groups."""
    for age, figures in BY_AGE.items():
        yield age, "Persons", "", "", figures
    for sex, figures in BY_SEX.items():
        yield "19+ yrs", sex, "", "", figures
    for kind, groups in BY_GROUP.items():
        for group, figures in groups.items():
            yield "19+ yrs", "Persons", kind, group, figures


def sex_rows(places: Sequence[Place], seed: int) -> Iterator[Row]:
    """Residents of each district by sex and broad age, written with a decimal as the real ones."""
    rng = np.random.default_rng([seed, 7])
    for code in sorted({p.district_code for p in places}):
        residents = sum(p.residents for p in places if p.district_code == code)
        women = round(residents * (WOMEN + rng.normal(0, 0.004)))
        groups = [round(residents * share * (1 + rng.normal(0, 0.02))) for share in SHARES]
        figures = (residents, women, residents - women, *groups)
        yield code, *(f"{n}.0" for n in figures)
