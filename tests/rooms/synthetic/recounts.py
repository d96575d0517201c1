"""How much of each kind of dirt a delivery holds, counted anew from its files alone."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.rooms.synthetic.conftest import Rows, Written, read_rows

HARBOUR, PARKSIDE, MOVEWELL = "harbour_leisure", "parkside_trust", "movewell_referrals"
Recount = Callable[[Written], int]
Test = Callable[[dict[str, str]], bool]

WITHDRAWALS = "2026-10-12"
"""The drops that tell who withdrew since the others."""
DAY_FIRST = re.compile(r"\d\d/\d\d/\d{4}( \d\d:\d\d:\d\d)?")
GENDERS = {
    HARBOUR: {"Male", "M", "Female", "F", "Other", "Unknown"},
}
CATEGORIES = {*"ABCDEFGHJKLMNPRSZ", "99"}
CONDITIONS = {
    "type_2_diabetes", "hypertension", "obesity", "musculoskeletal", "mental_health", "cardiac",
    "respiratory", "other",
}  # fmt: skip
DAYS_A_WEEK, MINUTES_A_DAY = (0, 7), (0, 1440)
MEASURES = {
    "sickness_absence_days_28": (0, 28), "work_status": (1, 3),
    "active_minutes_week": (0, 6720), "swemwbs_raw": (7, 35), "eq5d5l_profile": (11111, 55555),
    "weight_kg": (25, 350), "bmi": (10, 100), "systolic_bp": (60, 280), "diastolic_bp": (30, 180),
    "hba1c_mmol_mol": (15, 200), "six_minute_walk_m": (0, 1000), "oxford_hip": (0, 48),
    "oxford_knee": (0, 48), "ons4_satisfaction": (0, 10), "ons4_worthwhile": (0, 10),
    "ons4_happiness": (0, 10), "ons4_anxiety": (0, 10), "ipaq_walking_days": DAYS_A_WEEK,
    "ipaq_moderate_days": DAYS_A_WEEK, "ipaq_vigorous_days": DAYS_A_WEEK,
    "ipaq_walking_minutes": MINUTES_A_DAY, "ipaq_moderate_minutes": MINUTES_A_DAY,
    "ipaq_vigorous_minutes": MINUTES_A_DAY,
}  # fmt: skip
CLUB_TYPES = {"Swipe", "Gate", "Sale", "Booking Attended", "No Show", "Class"}


def count(provider: str, start: str, test: Test) -> Recount:
    """Rows of these files that pass the test."""
    return lambda written: sum(map(test, written.rows(provider, start)))


def impossible(row: dict[str, str]) -> bool:
    """A number that the row's instrument cannot give."""
    if row["measure"] not in MEASURES or not re.fullmatch(r"[0-9.]+", row["score"]):
        return False
    if row["measure"] == "eq5d5l_profile":
        return not re.fullmatch("[1-5]{5}", row["score"])
    lowest, highest = MEASURES[row["measure"]]
    return not lowest <= float(row["score"]) <= highest


def repeats(provider: str, start: str, *columns: str, where: Test = lambda _: True) -> Recount:
    """Rows beyond the first of one delivery with the same values."""

    def recount(written: Written) -> int:
        seen = Counter(
            (file.parent.name, *(r[c] for c in columns))
            for file in written.files(provider, start)
            for r in read_rows(file)
            if where(r)
        )
        return sum(n - 1 for n in seen.values())

    return recount


def check_digit(number: str) -> int:
    """Modulus 11, worked out digit by digit."""
    return (
        11 - sum(int(d) * w for d, w in zip(number[:9], range(10, 1, -1), strict=True)) % 11
    ) % 11


def moment(text: str) -> dt.datetime:
    """A vendor's time, without its offset."""
    if "T" in text:
        return dt.datetime.fromisoformat(text[:19])
    return dt.datetime.strptime(text, "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007 (as exported)


def pairs(
    rows: Rows, person: str, time: str, site: str
) -> Iterable[tuple[dict[str, str], dict[str, str], float]]:
    """Neighbouring rows of a person on one day, with the minutes between them."""
    readable = [r for r in rows if DAY_FIRST.fullmatch(r[time]) or "T" in r[time]]
    readable = [r for r in readable if "T" in r[time] or int(r[time][3:5]) <= 12]
    ordered = sorted(readable, key=lambda r: (r[person], moment(r[time])))
    for first, then in pairwise(ordered):
        minutes = (moment(then[time]) - moment(first[time])).total_seconds() / 60
        if first[person] == then[person] != "" and minutes <= 60:
            yield first, then, minutes


def count_pairs(
    provider: str, test: Callable[[dict[str, str], dict[str, str], float], bool]
) -> Recount:
    """Neighbouring rows that pass the test."""
    start, person, time, site = {
        HARBOUR: ("usage_", "MemberId", "EntryTime", "ClubShortName"),
        PARKSIDE: ("visits_", "MemberID", "Visit Date", "Site"),
    }[provider]
    return lambda written: sum(
        test(*found) for found in pairs(written.rows(provider, start), person, time, site)
    )


def in_summer(text: str) -> bool:
    """Whether clocks in London were ahead of UTC then."""
    noon = moment(text).replace(hour=12, tzinfo=ZoneInfo("Europe/London"))
    return noon.utcoffset() != dt.timedelta(0)


def swiped(row: dict[str, str]) -> bool:
    return row["Type"] == "Swipe" and row["Result"] == "Allowed" and row["Relation"] == "User"


def stay(row: dict[str, str]) -> float:
    """Hours between entry and exit, nought where there is no exit."""
    if not row["Exit Date"] or int(row["Visit Date"][3:5]) > 12:
        return 0
    return (moment(row["Exit Date"]) - moment(row["Visit Date"])).total_seconds() / 3600


def unlike_day_first(column: str) -> Test:
    """A serial number rather than a date."""
    return lambda row: bool(re.fullmatch(r"\d+(\.\d+)?", row[column]))


def month_first(column: str) -> Test:
    """A second part that no month has."""
    return lambda row: row[column][2:3] == "/" and int(row[column][3:5]) > 12


def withdrawn(written: Written, provider: str, person: str) -> set[str]:
    """Whom a provider's last delivery says to have withdrawn, and no delivery before it."""
    drops: dict[str, set[str]] = {}
    for file in written.files(provider, "consent"):
        here = [r for r in read_rows(file) if r["Event"] == "withdrawn"]
        drops[file.parent.name] = {r[person] for r in here}
    last = drops.pop(WITHDRAWALS, set())
    return last - set().union(*drops.values())


RECOUNTS: dict[str, Recount] = {
    "test_member": count(HARBOUR, "members_", lambda r: r["MembershipType"] == "Test"),
    "birth_date_year_one": count(HARBOUR, "members_", lambda r: r["DateOfBirth"][:4] == "0001"),
    "birth_date_future": count(HARBOUR, "members_", lambda r: r["DateOfBirth"][:4] == "2036"),
    "birth_date_empty": count(HARBOUR, "members_", lambda r: not r["DateOfBirth"]),
    "postcode_lower_case": count(HARBOUR, "members_", lambda r: r["Postcode"].islower()),
    "postcode_without_space": count(HARBOUR, "members_", lambda r: " " not in r["Postcode"]),
    "postcode_letter_o": count(HARBOUR, "members_", lambda r: " O" in r["Postcode"]),
    "postcode_no_fixed_abode": count(HARBOUR, "members_", lambda r: r["Postcode"][:4] == "ZZ99"),
    "gender_free_text": count(HARBOUR, "members_", lambda r: r["Gender"] not in GENDERS[HARBOUR]),
    "ethnicity_five_groups": count(
        HARBOUR, "members_", lambda r: r["EthnicOrigin"] not in CATEGORIES
    ),
    "staff_pass": count(PARKSIDE, "members_", lambda r: r["Category"] == "Staff Pass"),
    "birth_date_1900": count(PARKSIDE, "members_", lambda r: r["DOB"] == "01/01/1900"),
    "birth_date_excel_zero": count(PARKSIDE, "members_", lambda r: r["DOB"] == "30/12/1899"),
    "birth_date_first_of_january": count(
        PARKSIDE, "members_", lambda r: r["DOB"][:6] == "01/01/" and r["DOB"] != "01/01/1900"
    ),
    "birth_date_month_first": count(PARKSIDE, "members_", month_first("DOB")),
    "birth_date_serial": count(PARKSIDE, "members_", unlike_day_first("DOB")),
    "birth_date_too_old": count(PARKSIDE, "members_", lambda r: r["DOB"][6:] == "1870"),
    "postcode_forces": count(PARKSIDE, "members_", lambda r: r["PostCode"][:3] == "BF1"),
    "postcode_missing": count(PARKSIDE, "members_", lambda r: not r["PostCode"]),
    "postcode_terminated": count(PARKSIDE, "members_", lambda r: r["PostCode"][:6] == "XZ99 9"),
    "postcode_not_english": count(PARKSIDE, "members_", lambda r: r["PostCode"][:2] == "CF"),
    "postcode_unreadable": count(
        PARKSIDE, "members_", lambda r: r["PostCode"] in {"UNKNOWN", "N/A"}
    ),
    "ethnicity_nineteen_groups": count(
        PARKSIDE, "members_", lambda r: r["Ethnicity"] not in CATEGORIES
    ),
    "member_row_twice": repeats(PARKSIDE, "members_", "MemberID"),
    "nhs_number_bad_check_digit": count(
        MOVEWELL, "people_",
        lambda r: bool(re.fullmatch(r"\d{10}", r["nhs_number"]))
        and check_digit(r["nhs_number"]) != int(r["nhs_number"][9]),
    ),
    "nhs_number_nine_digits": count(MOVEWELL, "people_", lambda r: len(r["nhs_number"]) == 9),
    "nhs_number_spaced": count(MOVEWELL, "people_", lambda r: " " in r["nhs_number"]),
    "nhs_number_missing": count(MOVEWELL, "people_", lambda r: not r["nhs_number"]),
    "gate_and_reception": count_pairs(
        HARBOUR, lambda a, b, _: (a["EntryType"], b["EntryType"]) == ("3", "1")
        and a["ClubShortName"] == b["ClubShortName"],
    ),
    "sale": count(HARBOUR, "usage_", lambda r: r["EntryType"] == "2"),
    "one_card_two_people": count_pairs(
        HARBOUR,
        lambda a, b, m: a["ClubShortName"] != b["ClubShortName"] and m <= 10,
    ),
    "guest_without_number": count(HARBOUR, "usage_", lambda r: not r["MemberId"]),
    "utc_among_local": count(
        HARBOUR, "usage_",
        lambda r: r["EntryTime"].endswith("+00:00") and in_summer(r["EntryTime"]),
    ),
    "time_without_offset": count(HARBOUR, "usage_", lambda r: len(r["EntryTime"]) == 27),
    "record_twice": repeats(HARBOUR, "usage_", "Id"),
    "clock_in_future": count(HARBOUR, "usage_", lambda r: r["EntryTime"][:4] == "2036"),
    "clock_reset": count(HARBOUR, "usage_", lambda r: r["EntryTime"][:4] == "2000"),
    "double_swipe": count_pairs(
        PARKSIDE, lambda a, b, m: m <= 2 and swiped(a) and swiped(b),
    ),
    "booking_and_swipe": count_pairs(
        PARKSIDE, lambda a, b, _: swiped(a) and b["Type"] == "Booking Attended",
    ),
    "denied_swipe": count(PARKSIDE, "visits_", lambda r: r["Result"] == "Denied"),
    "no_show": count(PARKSIDE, "visits_", lambda r: r["Type"] == "No Show"),
    "child_on_parents_card": count(PARKSIDE, "visits_", lambda r: r["Relation"] == "Child"),
    "spouse_on_card": count(PARKSIDE, "visits_", lambda r: r["Relation"] == "Spouse"),
    "group_booking": count(
        PARKSIDE, "visits_", lambda r: r["People"] not in {"", "0", "1", "9999"}
    ),
    "headcount_impossible": count(PARKSIDE, "visits_", lambda r: r["People"] in {"0", "9999"}),
    "midnight_only": count(
        PARKSIDE, "visits_", lambda r: r["Visit Date"].endswith(" 00:00:00")
    ),
    "month_first": count(PARKSIDE, "visits_", month_first("Visit Date")),
    "month_first_unseen": count(PARKSIDE, "visits_", lambda r: r["Visit Date"][10:13] == " 04"),
    "visit_date_serial": count(PARKSIDE, "visits_", unlike_day_first("Visit Date")),
    "ambiguous_local_time": count(
        PARKSIDE, "visits_", lambda r: r["Visit Date"] == "26/10/2025 01:30:00"
    ),
    "absent_local_time": count(
        PARKSIDE, "visits_", lambda r: r["Visit Date"] == "29/03/2026 01:30:00"
    ),
    "exit_before_entry": count(PARKSIDE, "visits_", lambda r: stay(r) < 0),
    "stay_of_23_hours": count(PARKSIDE, "visits_", lambda r: stay(r) > 16),
    "member_number_without_zeros": count(PARKSIDE, "visits_", lambda r: len(r["MemberID"]) < 8),
    "site_missing": count(PARKSIDE, "visits_", lambda r: not r["Site"]),
    "event_type_unknown": count(PARKSIDE, "visits_", lambda r: r["Type"] not in CLUB_TYPES),
    "started_before_referred": count(
        MOVEWELL, "referrals_",
        lambda r: "2" <= r["started_on"] < r["referred_on"] and len(r["referred_on"]) == 10,
    ),
    "completed_before_started": count(
        MOVEWELL, "referrals_",
        lambda r: bool(r["completed_on"]) and r["completed_on"] < r["started_on"],
    ),
    "completed_in_future": count(MOVEWELL, "referrals_", lambda r: r["completed_on"] > "2030"),
    "referral_twice": repeats(MOVEWELL, "referrals_", "referral_id"),
    "referral_nhs_number_wrong": count(
        MOVEWELL, "referrals_", lambda r: r["nhs_number"][:3] != "999"
    ),
    "referred_on_serial": count(MOVEWELL, "referrals_", lambda r: len(r["referred_on"]) == 5),
    "condition_free_text": count(
        MOVEWELL, "referrals_", lambda r: bool(r["condition"]) and r["condition"] not in CONDITIONS
    ),
    "condition_missing": count(MOVEWELL, "referrals_", lambda r: not r["condition"]),
    "notes_of_several_lines": count(MOVEWELL, "referrals_", lambda r: "\n" in r["notes"]),
    "score_impossible": count(
        MOVEWELL, "outcomes_", impossible
    ),
    # Two scores of one person may both have been given the name that nobody agreed.
    "score_twice": repeats(
        MOVEWELL, "outcomes_", "referral_id", "measure", "timepoint",
        where=lambda r: r["measure"] in MEASURES,
    ),
    "score_in_words": count(
        MOVEWELL, "outcomes_", lambda r: not re.fullmatch(r"[0-9.]+", r["score"])
    ),
    "measure_unknown": count(MOVEWELL, "outcomes_", lambda r: r["measure"] not in MEASURES),
    "recorded_in_future": count(MOVEWELL, "outcomes_", lambda r: r["recorded_on"] > "2030"),
    "consent_event_unknown": count(
        HARBOUR, "consents_", lambda r: r["Event"] not in {"granted", "withdrawn"}
    ),
    "given_name_missing": count(MOVEWELL, "people_", lambda r: not r["given_name"]),
    "withdrawn_later": lambda w: len(withdrawn(w, HARBOUR, "MemberId")),
    "withdrawn_later_too": lambda w: len(withdrawn(w, PARKSIDE, "MemberID")),
    "file_resent": lambda w: len(list(w.inbox.glob("*/*/*_resent*"))),
    "file_late": lambda w: sum(
        len(read) for f in w.inbox.glob("harbour_leisure/2026-10-07/usage*")
        if (read := w.rows(HARBOUR, f.name))
    ),
    "site_renamed": count(PARKSIDE, "visits_", lambda r: r["Site"] == "Northgate Wellbeing Hub"),
    "column_renamed": lambda w: sum(
        f.read_bytes().count(b"\r\n") - 1 for f in w.files(PARKSIDE, "visits_")
        if b"VisitDate" in f.read_bytes()[:200]
    ),
    "characters_of_windows": count(
        PARKSIDE, "visits_", lambda r: not r["Activity"].isascii()
    ),
    "byte_order_mark": lambda w: sum(
        len(w.rows(MOVEWELL, "referrals_")) for f in w.files(MOVEWELL, "referrals_")
        if f.read_bytes().startswith(b"\xef\xbb\xbf")
    ),
}  # fmt: skip

UNSEEN = {
    "utc_as_local": "looks like any other time",
    "clock_drift": "looks like any other time",
    "two_records_one_person": "for linkage to find",
    "numbers_reissued": "for linkage to find",
    "rejoined": "for linkage to find",
    **dict.fromkeys(
        ("twin_trap", "household_account", "twin_apart", "father_and_son", "namesake"),
        "for linkage not to fall into: see test_two_organisations",
    ),
    **dict.fromkeys(
        (
            "moved_between_operators",
            "name_typo",
            "name_short",
            "name_without_diacritics",
            "surname_changed",
            "names_swapped",
            "birth_day_and_month_swapped",
            "moved_house",
        ),
        "seen beside the other record only: see test_two_organisations",
    ),
}
"""Kinds that nobody can count from the files, which is the point of them."""
