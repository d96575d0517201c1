"""A few concepts of OpenActive's activity list, as published (openactive.io, CC BY 4.0).

Ids, names and broader concepts are the list's own, so that real feeds could be read beside it.
"""

from collections.abc import Iterator, Sequence

SCHEME = "https://openactive.io/activity-list"
HEADER = ("id", "prefLabel", "broader", "altLabels", "status")
CONCEPTS = {
    "Gym Workout": ("08d9368c-6c6c-44a3-84ef-a42ed00d529a", "", "Gym"),
    "Swimming": ("2750229d-b725-4171-9276-376be913957c", "", ""),
    "Group Exercise": ("984068a7-5b7b-4989-bb33-f96953d8960c", "", "Keep-Fit"),
    "Indoor Cycling": (
        "5f09c2ca-ceeb-4e0c-871f-e2d0b9971317", "Group Exercise", "Group Cycling",
    ),
    "Yoga": ("bf1a5e00-cdcf-465d-8c5a-6f57040b7f7e", "Group Exercise", ""),
    "Pilates": ("3a6b1c08-7aa6-48d4-9690-dca9e0133057", "Group Exercise", ""),
    "Chair Based Exercise": ("ee3cf3ee-082e-4f53-9cb2-3ef0589497ed", "Group Exercise", ""),
    "Falls and Exercise Management": (
        "35f999ac-8ed5-46fa-87d0-1c7721aca77e", "Group Exercise", "FaME",
    ),
    "Badminton": ("c0360db0-a817-4bae-9167-40f89b49fc9e", "", ""),
    "Walking": ("95092977-5a20-4d6e-b312-8fddabe71544", "", "Rambling"),
    "Nordic Walking": ("c72e1713-25c1-4886-926a-4cd549bb4916", "Walking", ""),
}  # fmt: skip
"""By preferred name: the id, the broader concept's name, and another name."""


def concept_id(name: str) -> str:
    """The address by which feeds call a concept."""
    return f"{SCHEME}#{CONCEPTS[name][0]}"


def concept_rows() -> Iterator[Sequence[object]]:
    """The rows of the list, as its published table has them."""
    for name, (_, broader, other) in CONCEPTS.items():
        yield concept_id(name), name, concept_id(broader) if broader else "", other, ""
