"""Why a published field is the least that its reader needs: one reason for each name."""

REASONS = {
    "indicator_id": "Tells one number from another.",
    "indicator_name": "The indicator in words, so that nobody guesses from its id.",
    "area_code": "Where the number is of. No area is smaller than a neighbourhood of some 1,500.",
    "area_ods_code": "The NHS's own code of the ICB, with which it joins to its own tables.",
    "area_name": "The area in words.",
    "area_type": "Keeps areas of different kinds from being added up.",
    "geography_vintage": "Whose borders they are; ICBs were redrawn in April 2026.",
    "parent_area_code": "Which ICB the number was cut for, so that no other ICB's is mixed in.",
    "period_start": "From when it counts. A period, never the day of one visit.",
    "period_end": "Until when it counts.",
    "sex": "Needed to compare like with like; left out where the contract has no table by sex.",
    "age_band": "A band of years, never a date of birth.",
    "category_type": "What the category divides by.",
    "category": "The group; only the groups that the contract names.",
    "count": "How many, after small numbers were hidden and the rest rounded.",
    "denominator": "Of how many, protected alike, since a share without it misleads.",
    "value": "The indicator, worked out from the protected numbers only.",
    "lower_ci_95": "How low chance alone may put it: a number without limits is over-read.",
    "upper_ci_95": "How high chance alone may put it.",
    "ci_method": "How the limits were made, so that they can be checked.",
    "unit": "What the value is measured in.",
    "suppression_status": "Whether it is hidden or rounded, so that no reader takes it for exact.",
    "value_note": "What the number does not say.",
    "providers_reporting": "How many providers reported: a gap in a feed looks like a fall.",
    "providers_expected": "How many should have reported.",
    "coverage": "The share of the two.",
    "contract_version": "Which definition it follows.",
    "release_id": "Which release it belongs to, so that a copy can be verified.",
    "centre_line": "The middle of the series, from published values only.",
    "lower_process_limit": "Where ordinary variation ends below.",
    "upper_process_limit": "Where ordinary variation ends above.",
    "special_cause": "Which rule makes a month stand out.",
    "protocol_sha256": "Which protocol the evaluation followed, fixed before it was run.",
    "variation": "What the month's variation means.",
}


def why_minimum(name: str, description: str) -> str:
    """Why a field is needed, or that nobody has said so yet."""
    return REASONS.get(name, f"Declared by its contract as: {description}")
