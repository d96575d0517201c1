"""How fine each column of an extract may ever leave: no agreement can go below these levels.

No day, neighbourhood, year of birth or number of visits leaves, whatever an agreement says.
"""

from collections.abc import Mapping

from pipelines.core.contract import Classification, Contract
from pipelines.core.errors import BadAgreement
from pipelines.core.recipient_agreement import FOLDER, RecipientAgreement
from pipelines.protect.person_level.ladders import (
    Ladder,
    Ladders,
    areas,
    as_is,
    days,
    visits,
    years,
)

VISITS_A_YEAR = (1, 12, 48, 144)
"""None, less than monthly, monthly, weekly, three times a week: the bands of a month times 12."""

AGES = tuple(range(130))

Lookups = Mapping[str, Mapping[str, str]]
"""Level name to neighbourhood to area."""


def floors(lookups: Lookups) -> Ladders:
    """Each column's ladder from the finest level that the house lets leave."""
    return {
        "age_band": Ladder(years().rungs, AGES).from_rung("20-year"),
        "sex": as_is(),
        "area_code": areas(lookups).from_rung(next(iter(lookups))),
        "deprivation_fifth": as_is(),
        "visits": visits(VISITS_A_YEAR).from_rung("band"),
        "first_active_in": days().from_rung("month"),
    }


LEVELS_OF_AREA = ("ltla", "icb")


def check_levels(
    contract: Contract, attributes: Mapping[str, str], agreement: RecipientAgreement
) -> None:
    """Raise `BadAgreement` when an agreement names a column or a level that may not leave."""
    ladders = floors({level: {} for level in LEVELS_OF_AREA})
    allowed = {name: ladders[name].names for name in quasi_identifiers(contract)}
    allowed |= dict.fromkeys(sensitive(contract), ("exact",))
    for name, level in attributes.items():
        if level not in allowed.get(name, ()):
            raise BadAgreement(
                "recipient-level",
                f"the agreement {agreement.reference} with {agreement.recipient} names a column or "
                f"a level that the extract {contract.name} does not have.",
                f"In schemas/{FOLDER}/{agreement.recipient.lower()}.yaml choose of: "
                + "; ".join(f"{column}: {' or '.join(of)}" for column, of in allowed.items())
                + ".",
            )


def agreed_ladders(lookups: Lookups, attributes: Mapping[str, str]) -> Ladders:
    """The ladders of the columns that an agreement names, from the level that it names."""
    return {
        name: ladder.from_rung(attributes[name])
        for name, ladder in floors(lookups).items()
        if name in attributes
    }


def quasi_identifiers(contract: Contract) -> tuple[str, ...]:
    """Columns that somebody may know of a person, the pseudonym aside."""
    return tuple(
        column.name
        for column in contract.columns
        if column.classification is Classification.QUASI_IDENTIFIER
        and column.name not in contract.key
    )


def sensitive(contract: Contract) -> tuple[str, ...]:
    """Columns that nobody should learn of a person from the extract."""
    return tuple(
        column.name
        for column in contract.columns
        if column.classification is Classification.SENSITIVE
    )
