"""What kind of area a published code stands for, from the form that ONS and ODS codes have."""

import pyarrow as pa
import pyarrow.compute as pc

OTHER = "other"
KINDS = (
    (r"^E92[0-9]{6}$", "england"),
    (r"^E(12|40)[0-9]{6}$", "region"),
    (r"^E54[0-9]{6}$", "icb"),
    (r"^E38[0-9]{6}$", "sub_icb"),
    # Unitary authorities, boroughs and metropolitan districts are lower-tier authorities too.
    (r"^E0[6-9][0-9]{6}$", "ltla"),
    (r"^E10[0-9]{6}$", "utla"),
    (r"^U[0-9]{5}$", "pcn"),
    (r"^[A-TV-Y][0-9]{5}$", "gp_practice"),
)
"""LSOAs are absent: an E01 code does not say whether it is of 2011 or of 2021."""


def area_types(codes: pa.ChunkedArray) -> pa.ChunkedArray:
    """The kind of area of each code; 'other' when its form is not known, null for null."""
    forms = [pc.match_substring_regex(codes, form) for form, _ in KINDS]
    kinds = pc.case_when(
        pc.make_struct(*forms), *[pa.scalar(kind) for _, kind in KINDS], pa.scalar(OTHER)
    )
    return pc.if_else(pc.is_valid(codes), kinds, pa.scalar(None, pa.string()))
