"""Small tables from the literature, with their sources. Figures only."""

from pipelines.protect.attack import Dimension
from tests.oracle.linked import Linked, told
from tests.oracle.tables import flat, two_way

# Geurts 1992, table 10, as example 3 of section 4.2 of the Handbook on Statistical Disclosure
# Control, second edition. The four cells of rows 1 and 2 are hidden there; what stands here in
# their place is one of the tables that fit.
GEURTS = two_way("Geurts", ("1", "2", "3"), ("1", "2"), [[4, 3], [2, 1], [3, 3]])

# sdcTable, tests/testthat/test-simpleheuristic.R: two marks in every line, and one can be computed.
SDCTABLE = two_way(
    "sdcTable, four by four",
    ("w", "x", "y", "z"),
    ("a", "b", "c", "d"),
    [[30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]],
)
SDCTABLE_UNSAFE = ("wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd")

# sdcTable, its example data `microdata1` by region and gender: how many of its 100 records.
MICRODATA1 = two_way(
    "sdcTable, microdata1",
    ("A", "B", "C", "D"),
    ("female", "male"),
    [[2, 18], [19, 14], [10, 12], [14, 11]],
)

# GaussSuppression, vignette "Small count frequency table suppression", table 1.
GAUSS = two_way(
    "GaussSuppression, table 1",
    ("young", "old"),
    ("Iceland", "Portugal", "Spain"),
    [[2, 0, 5], [3, 4, 6]],
)

# Handbook, section 5.5: population counts by sex, and its controlled rounding to base 5.
AREAS = two_way(
    "Handbook, rounding", ("A", "B", "C"), ("male", "female"), [[1, 0], [3, 3], [12, 20]]
)
AREAS_ROUNDED = two_way(
    "Handbook, rounded", ("A", "B", "C"), ("male", "female"), [[5, 0], [0, 5], [10, 20]]
)


def geographical_differencing() -> Linked:
    """Handbook, section 5.2: one area under the definitions of two censuses."""
    place = Dimension("place", ("within", "around"), {"1991": ("within", "around")})
    hours = flat("hours", ("over 30", "16 to 30", "up to 15"))
    sex = flat("sex", ("male", "female"))
    inner = [[50, 54], [128, 140], [39, 49]]
    outer = [[52, 55], [130, 140], [39, 49]]
    return told(
        (place, hours, sex),
        {
            (code, h, s): counts[i][j]
            for code, counts in (("within", inner), ("1991", outer))
            for i, h in enumerate(hours.leaves)
            for j, s in enumerate(sex.leaves)
        },
    )


def linking() -> Linked:
    """Handbook, section 5.2: where people live, where they work, and the men among them."""
    where = Dimension(
        "where",
        ("both", "lives here", "works here", "no work"),
        {
            "living": ("both", "lives here", "no work"),
            "living, employed": ("both", "lives here"),
            "working": ("both", "works here"),
        },
    )
    totals = {"living, employed": 85, "no work": 17, "living": 102, "working": 49, "both": 22}
    men = {"both": 21, "lives here": 58, "works here": 23}
    return told(
        (where, flat("sex", ("male", "female"))),
        {**{(w, ""): n for w, n in totals.items()}, **{(w, "male"): n for w, n in men.items()}},
    )


def two_codings() -> Linked:
    """Handbook, section 5.2: hours worked in two classifications."""
    codes = ("under 20", "20-39", "under 25", "25-39", "40-59", "60-69", "70 or more")
    hours = Dimension(
        "hours",
        ("under 20", "20-24", "25-39", "40-59", "60-69", "70 or more"),
        {"20-39": ("20-24", "25-39"), "under 25": ("under 20", "20-24")},
    )
    published = {"male": (6, 9, 7, 8, 5, 8, 4), "female": (10, 38, 10, 38, 51, 42, 32)}
    return told(
        (hours, flat("sex", ("male", "female"))),
        {
            (code, sex): count
            for sex, counts in published.items()
            for code, count in zip(codes, counts, strict=True)
        },
    )
