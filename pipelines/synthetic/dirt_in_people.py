"""Dirt in files of members and clients: dates of birth, postcodes, words and numbers."""

import datetime as dt

from pipelines.synthetic.drops import Cell
from pipelines.synthetic.planting import (
    KEPT,
    REPAIRED,
    Dirt,
    Fate,
    Pen,
    Plant,
    noted,
    put,
    put_one_of,
    quarantined,
    twice,
)

HARBOUR, PARKSIDE, MOVEWELL = "harbour_leisure", "parkside_trust", "movewell_referrals"
SHARE = 0.001
EXCEL_EPOCH = dt.date(1899, 12, 30)

PLACEHOLDER = quarantined("participant.birth_date_placeholder")
NO_PLACE = noted("participant.postcode_without_place")


def _letter_o(postcode: Cell, _: Pen) -> Cell:
    """The letter O typed for the nought of the inward part; unfit where there is none."""
    outward, inward = str(postcode).split(" ")
    return f"{outward} O{inward[1:]}" if inward[0] == "0" else None


def _january(text: Cell, _: Pen) -> Cell:
    return "01/01/" + str(text)[-4:]


def _month_first(text: Cell, _: Pen) -> Cell:
    """Month before day; unfit where the day could be a month, because nobody would notice."""
    day, month, year = str(text).split("/")
    return f"{month}/{day}/{year}" if int(day) > 12 else None


def _serial(text: Cell, _: Pen) -> Cell:
    day, month, year = map(int, str(text).split("/"))
    return str((dt.date(year, month, day) - EXCEL_EPOCH).days)


def _next_check_digit(number: Cell, _: Pen) -> Cell:
    return str(number)[:9] + str((int(str(number)[9]) + 1) % 10)


def _spaced(number: Cell, _: Pen) -> Cell:
    text = str(number)
    return f"{text[:3]} {text[3:6]} {text[6:]}"


def _future(pen: Pen) -> dt.date:
    return dt.date(pen.through.year + 10, 1, pen.draw(1, 28))


def _kind(
    name: str, provider: str, planted: str, fate: Fate, plant: Plant, share: float = SHARE
) -> Dirt:
    return Dirt(name, provider, "participant", planted, fate, share, plant)


IN_PEOPLE = (
    _kind("test_member", HARBOUR, "a member made to test the till",
          quarantined("participant.test_record"), put("MembershipType", "Test"), 0.002),
    _kind("birth_date_year_one", HARBOUR, "0001-01-01 for a date of birth", PLACEHOLDER,
          put("DateOfBirth", "0001-01-01")),
    _kind("birth_date_future", HARBOUR, "born after the day of intake",
          quarantined("participant.birth_date_in_future"),
          put("DateOfBirth", lambda _, pen: _future(pen).isoformat())),
    _kind("birth_date_empty", HARBOUR, "no date of birth", KEPT, put("DateOfBirth", "")),
    _kind("postcode_lower_case", HARBOUR, "a postcode in small letters", REPAIRED,
          put("Postcode", lambda text, _: str(text).lower()), 0.02),
    _kind("postcode_without_space", HARBOUR, "a postcode without its space", REPAIRED,
          put("Postcode", lambda text, _: str(text).replace(" ", "")), 0.03),
    _kind("postcode_letter_o", HARBOUR, "the letter O for a nought in a postcode", REPAIRED,
          put("Postcode", _letter_o), 0.003),
    _kind("postcode_no_fixed_abode", HARBOUR, "the pseudo postcodes that begin with ZZ99", NO_PLACE,
          put_one_of("Postcode", "ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3CZ")),
    _kind("gender_free_text", HARBOUR, "a word that no list knows, for gender",
          quarantined("participant.sex.allowed"),
          put_one_of("Gender", "Gentleman", "ask at reception", "MALE?")),
    _kind("ethnicity_five_groups", HARBOUR, "ethnicity by the five groups of the census",
          quarantined("participant.ethnic_category.allowed"),
          put_one_of("EthnicOrigin", "White", "Asian or Asian British", "Mixed"), 0.003),
    _kind("staff_pass", PARKSIDE, "a pass of staff",
          quarantined("participant.staff_record"), put("Category", "Staff Pass"), 0.003),
    _kind("birth_date_1900", PARKSIDE, "01/01/1900 for a date of birth", PLACEHOLDER,
          put("DOB", "01/01/1900"), 0.002),
    _kind("birth_date_excel_zero", PARKSIDE, "day nought of a spreadsheet for a date of birth",
          PLACEHOLDER, put("DOB", "30/12/1899")),
    _kind("birth_date_first_of_january", PARKSIDE, "1 January because only the year was known",
          KEPT, put("DOB", _january), 0.004),
    _kind("birth_date_month_first", PARKSIDE, "a date of birth with the month first",
          quarantined("participant.birth_date.type"), put("DOB", _month_first)),
    _kind("birth_date_serial", PARKSIDE, "a date of birth as a spreadsheet's serial number",
          quarantined("participant.birth_date.type"), put("DOB", _serial)),
    _kind("birth_date_too_old", PARKSIDE, "older than anyone ever was",
          quarantined("participant.age_over_120"),
          put("DOB", lambda text, _: str(text)[:6] + "1870")),
    _kind("postcode_forces", PARKSIDE, "a British Forces postcode", NO_PLACE,
          put_one_of("PostCode", "BF1 0AX", "BF1 2AX")),
    _kind("postcode_missing", PARKSIDE, "no postcode", NO_PLACE, put("PostCode", ""), 0.003),
    _kind("postcode_terminated", PARKSIDE, "a postcode that no directory holds any more", KEPT,
          put_one_of("PostCode", "XZ99 9ZZ", "XZ99 9ZY")),
    _kind("postcode_not_english", PARKSIDE, "a postcode in the form of Cardiff's", KEPT,
          put_one_of("PostCode", "CF10 9CC", "CF10 9CV")),
    _kind("postcode_unreadable", PARKSIDE, "a word for a postcode",
          quarantined("participant.postcode.form"), put_one_of("PostCode", "UNKNOWN", "N/A")),
    _kind("ethnicity_nineteen_groups", PARKSIDE, "ethnicity by the nineteen groups of the census",
          quarantined("participant.ethnic_category.allowed"),
          put_one_of("Ethnicity", "Roma", "Arab", "Gypsy or Irish Traveller"), 0.002),
    _kind("member_row_twice", PARKSIDE, "the same member's row twice",
          quarantined("participant.duplicate_reference"), twice, 0.002),
    _kind("nhs_number_bad_check_digit", MOVEWELL, "an NHS number whose check digit is wrong",
          quarantined("participant.nhs_number.form"), put("nhs_number", _next_check_digit), 0.003),
    _kind("nhs_number_nine_digits", MOVEWELL, "an NHS number that lost a digit in a spreadsheet",
          quarantined("participant.nhs_number.form"),
          put("nhs_number", lambda text, _: str(text)[1:])),
    _kind("nhs_number_spaced", MOVEWELL, "an NHS number written 3 3 4", REPAIRED,
          put("nhs_number", _spaced), 0.02),
    _kind("nhs_number_missing", MOVEWELL, "no NHS number", KEPT, put("nhs_number", ""), 0.02),
)  # fmt: skip
"""Every kind that is planted in a row about a person."""
