"""Disability and rurality of the built-in neighbourhoods: made up around England's own shares."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipelines.synthetic.builtin_places import Place

Row = Sequence[object]

DISABILITY_HEADER = (
    "lsoa21_code", "Disabled under the Equality Act", "Not disabled under the Equality Act",
)  # fmt: skip
RURAL_URBAN_HEADER = ("lsoa21_code", "ruc21_code", "classification", "ruc")
DISABLED = 0.173
"""Of England's residents, Census 2021."""

# Classes of 2021 and how many of the neighbourhoods of England and Wales are in each.
CLASSES = {
    ("RLF1", "Larger rural: Further from a major town or city", "Rural"): 1021,
    ("RLN1", "Larger rural: Nearer to a major town or city", "Rural"): 2127,
    ("RSF1", "Smaller rural: Further from a major town or city", "Rural"): 1232,
    ("RSN1", "Smaller rural: Nearer to a major town or city", "Rural"): 1735,
    ("UF1", "Urban: Further from a major town or city", "Urban"): 2451,
    ("UN1", "Urban: Nearer to a major town or city", "Urban"): 27106,
}


def disability_rows(places: Sequence[Place], seed: int) -> Iterator[Row]:
    """Disabled residents and others: more where people are more deprived."""
    rng = np.random.default_rng([seed, 6])
    for place in places:
        disabled = int(rng.binomial(place.residents, DISABLED * (1.275 - 0.05 * place.decile)))
        yield place.code, disabled, place.residents - disabled


def rural_urban_rows(places: Sequence[Place], seed: int) -> Iterator[Row]:
    """The class of every neighbourhood."""
    rng = np.random.default_rng([seed, 7])
    shares = np.array(list(CLASSES.values())) / sum(CLASSES.values())
    classes = list(CLASSES)
    for place, drawn in zip(places, rng.choice(len(classes), len(places), p=shares), strict=True):
        yield place.code, *classes[int(drawn)]
