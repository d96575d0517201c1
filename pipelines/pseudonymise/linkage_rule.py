"""The rule that says when two records are of one person, as points for what agrees.

Points are log2(m/u) of Fellegi and Sunter, rounded: m and u were measured on the public sets FEBRL
1 to 3 (docs/explanation/linkage.md). An attribute that one record lacks gives none.
"""

from dataclasses import dataclass

GIVEN_SAME, GIVEN_ALIKE, GIVEN_DIFFERS = 7, 4, -3
FAMILY_SAME, FAMILY_ALIKE, FAMILY_DIFFERS = 7, 5, -3
BIRTH_SAME, BIRTH_NEAR, BIRTH_DIFFERS = 11, 2, -4
POSTCODE_SAME, POSTCODE_AREA, POSTCODE_DIFFERS = 9, 0, -4
SEX_DIFFERS = -5
WITHOUT = 20
"""What the careful rule asks where a first name or a date of birth is missing."""
STRONG = 24
"""So many points hold even where another pair of the same group is kept apart."""


@dataclass(frozen=True)
class Rule:
    """`points` join two records. A careful rule also keeps twins and namesakes apart."""

    name: str
    points: int
    careful: bool


CAREFUL = Rule("careful", 17, careful=True)
"""For the house. First names, and dates of birth, must agree in some way where both are known."""
BALANCED = Rule("balanced", 14, careful=False)
"""For comparison with other tools, which keep no twins apart."""

TOTAL = f"""
    case when given_name then {GIVEN_SAME}
        when given_start or given_end or given_sound then {GIVEN_ALIKE}
        when l.has_given and r.has_given then {GIVEN_DIFFERS} else 0 end
    + case when family_name then {FAMILY_SAME} when family_alike then {FAMILY_ALIKE}
        when l.has_family and r.has_family then {FAMILY_DIFFERS} else 0 end
    + case when birth then {BIRTH_SAME} when birth_near then {BIRTH_NEAR}
        when l.has_birth and r.has_birth then {BIRTH_DIFFERS} else 0 end
    + case when postcode then {POSTCODE_SAME} when postcode_area then {POSTCODE_AREA}
        when l.has_postcode and r.has_postcode then {POSTCODE_DIFFERS} else 0 end
    + case when sex_differs then {SEX_DIFFERS} else 0 end
"""

TWINS = """
    not given_name and l.has_given and r.has_given
    and (sex_differs or not (given_start or (given_end and given_sound)))
"""
"""Names that only rhyme (Ella and Bella) or only sound alike (Tim and Tom) are of two people."""
NAMESAKES = """
    not birth and not birth_near and l.has_birth and r.has_birth
"""
INCOMPLETE = """
    not (l.has_given and r.has_given and l.has_birth and r.has_birth)
"""
ALWAYS_APART = "l.nhs_key <> r.nhs_key"


def apart(rule: Rule) -> str:
    """SQL that holds for two records `l` and `r` that can never be one person."""
    return f"(({TWINS}) or ({NAMESAKES}))" if rule.careful else "false"


def enough(rule: Rule) -> str:
    """SQL that holds for two records whose tokens join them, whatever their NHS numbers say."""
    if not rule.careful:
        return f"({TOTAL}) >= {rule.points}"
    needed = f"case when {INCOMPLETE} then {WITHOUT} else {rule.points} end"
    return f"({TOTAL}) >= {needed} and not {apart(rule)}"
