"""Dirt in attendance: swipes that are not visits, and clocks that do not tell the time."""

import datetime as dt
from collections.abc import Callable

from pipelines.synthetic.dirt_in_people import EXCEL_EPOCH, HARBOUR, PARKSIDE
from pipelines.synthetic.planting import (
    KEPT,
    REPAIRED,
    Dirt,
    Pen,
    Row,
    noted,
    put,
    put_one_of,
    quarantined,
    refused,
    twice,
)

DAY_FIRST = "%d/%m/%Y %H:%M:%S"
SWIPE, SALE, GATE = 1, 2, 3
SECOND, MINUTE, HOUR = (dt.timedelta(seconds=s) for s in (1, 60, 3600))
SAME_VISIT = quarantined("attendance.same_visit")
TYPE = quarantined("attendance.entered_at.type")


def _iso_later(text: object, wait: dt.timedelta) -> str:
    """The entry time so much later, with its fraction and offset as they were."""
    moved = dt.datetime.fromisoformat(str(text)[:19]) + wait
    return moved.isoformat() + str(text)[19:]


def _harbour_later(row: Row, pen: Pen, wait: dt.timedelta, **changes: str | int) -> Row:
    when = _iso_later(row["EntryTime"], wait)
    return {**row, "Id": next(pen.numbers), "EntryTime": when, **changes}


def _gate_and_reception(row: Row, pen: Pen) -> list[Row]:
    at_desk = _harbour_later(row, pen, pen.draw(1, 15) * MINUTE, EntryType=SWIPE)
    return [{**row, "EntryType": GATE}, at_desk]


def _sale(row: Row, pen: Pen) -> list[Row]:
    wait = pen.draw(20, 55) * MINUTE
    return [row, _harbour_later(row, pen, wait, EntryType=SALE, EntryDetail="Café")]


def _two_people_one_card(row: Row, pen: Pen) -> list[Row]:
    elsewhere = pen.pick([c for c in pen.clubs if c != row["ClubShortName"]])
    return [row, _harbour_later(row, pen, pen.draw(3, 9) * MINUTE, ClubShortName=elsewhere)]


def _guest(row: Row, pen: Pen) -> list[Row]:
    return [row, {**_harbour_later(row, pen, 30 * SECOND), "MemberId": None}]


def _in_utc(text: object, _: Pen) -> str | None:
    """The same instant written in UTC; unfit in winter, when both look alike."""
    if not str(text).endswith("+01:00"):
        return None
    return _iso_later(text, -1 * HOUR).removesuffix("+01:00") + "+00:00"


def _far_future(text: object, pen: Pen) -> str:
    return f"{pen.through.year + 10}-06-15" + str(text)[10:19] + ".0000000+01:00"


def _local(row: Row) -> dt.datetime:
    return dt.datetime.strptime(str(row["Visit Date"]), DAY_FIRST)  # noqa: DTZ007 (as exported)


def _parkside_at(row: Row, pen: Pen, when: dt.datetime, **changes: str) -> Row:
    return {
        **row,
        "VisitID": str(next(pen.numbers)),
        "Visit Date": when.strftime(DAY_FIRST),
        "Exit Date": "",
        **changes,
    }


def _double_swipe(row: Row, pen: Pen) -> list[Row]:
    again = _parkside_at(row, pen, _local(row) + pen.draw(2, 110) * SECOND, Type="Swipe")
    return [{**row, "Type": "Swipe"}, again]


def _booking_and_swipe(row: Row, pen: Pen) -> list[Row]:
    later = _local(row) + pen.draw(3, 55) * MINUTE
    booking = _parkside_at(row, pen, later, Type="Booking Attended")
    return [{**row, "Type": "Swipe"}, booking]


def _denied(row: Row, pen: Pen) -> list[Row]:
    before = _local(row) - pen.draw(10, 100) * SECOND
    reason = {"Result": "Denied", "Reason": "Payment overdue"}
    return [_parkside_at(row, pen, before, Type="Swipe", **reason), {**row, "Type": "Swipe"}]


def _no_show(row: Row, pen: Pen) -> list[Row]:
    later = _local(row) + pen.draw(3, 55) * MINUTE
    return [row, _parkside_at(row, pen, later, Type="No Show")]


def _on_household_card(relation: str) -> Callable[[Row, Pen], list[Row]]:
    def plant(row: Row, pen: Pen) -> list[Row]:
        after = _local(row) + pen.draw(5, 50) * SECOND
        return [row, _parkside_at(row, pen, after, Relation=relation)]

    return plant


def _shifted(row: Row, wait: dt.timedelta) -> list[Row]:
    moved = (_local(row) + wait).strftime(DAY_FIRST)
    return [{**row, "Visit Date": moved, "Exit Date": ""}]


def _utc_as_local(row: Row, _: Pen) -> list[Row]:
    return _shifted(row, -1 * HOUR) if 4 <= _local(row).month <= 9 else []


def _midnight(row: Row, _: Pen) -> list[Row]:
    return [{**row, "Visit Date": str(row["Visit Date"])[:10] + " 00:00:00", "Exit Date": ""}]


def _month_first(row: Row, _: Pen) -> list[Row]:
    when = _local(row)
    if when.day <= 12:
        return []
    return [{**row, "Visit Date": when.strftime("%m/%d/%Y %H:%M:%S"), "Exit Date": ""}]


def _month_first_unseen(row: Row, pen: Pen) -> list[Row]:
    """Day and month change places and nobody can tell; four in the morning meets no other."""
    when = _local(row)
    if when.day > 12 or when.day == when.month:
        return []
    swapped = when.replace(month=when.day, day=when.month, hour=4, minute=pen.draw(0, 20))
    inside = pen.start <= swapped.date() <= pen.through
    return _shifted(row, swapped - when) if inside else []


def _serial(row: Row, _: Pen) -> list[Row]:
    when = _local(row)
    seconds = (when - dt.datetime.combine(when.date(), dt.time())).total_seconds()
    serial = (when.date() - EXCEL_EPOCH).days + seconds / 86400
    return [{**row, "Visit Date": f"{serial:.10f}", "Exit Date": ""}]


def _at_half_past_one(row: Row, pen: Pen, day: dt.date | None) -> list[Row]:
    """One visit more, in the hour that a change of the clocks repeats or leaves out."""
    when = _local(row)
    if day is None or (when.year, when.month) != (day.year, day.month):
        return []
    night = dt.datetime.combine(day, dt.time(1, 30))
    return [_parkside_at(row, pen, night), row]


def _exits(hours: int) -> Callable[[Row, Pen], list[Row]]:
    def plant(row: Row, pen: Pen) -> list[Row]:
        left = _local(row) + hours * HOUR + pen.draw(1, 50) * MINUTE
        return [{**row, "Exit Date": left.strftime(DAY_FIRST)}]

    return plant


def _without_zeros(row: Row, _: Pen) -> list[Row]:
    return [{**row, "MemberID": str(row["MemberID"]).lstrip("0")}]


def _group(row: Row, pen: Pen) -> list[Row]:
    return [{**row, "Type": "Booking Attended", "People": str(pen.draw(5, 30))}]


FEW, SOME, MANY = 0.0005, 0.004, 0.015

IN_VISITS = (
    Dirt("gate_and_reception", HARBOUR, "attendance", "gate, then reception, for one visit",
         SAME_VISIT, MANY, _gate_and_reception),
    Dirt("sale", HARBOUR, "attendance", "a purchase in the usage feed",
         quarantined("attendance.not_a_visit"), MANY, _sale),
    Dirt("one_card_two_people", HARBOUR, "attendance", "one card at two clubs within ten minutes",
         noted("attendance.two_places_at_once"), SOME, _two_people_one_card),
    Dirt("guest_without_number", HARBOUR, "attendance", "a guest let in behind a member",
         refused("no_person_reference"), SOME, _guest),
    Dirt("utc_among_local", HARBOUR, "attendance", "a summer entry in UTC among local ones",
         REPAIRED, SOME, put("EntryTime", _in_utc)),
    Dirt("time_without_offset", HARBOUR, "attendance", "an entry time that lost its offset",
         TYPE, FEW, put("EntryTime", lambda text, _: str(text)[:27])),
    Dirt("record_twice", HARBOUR, "attendance", "the same record twice",
         quarantined("attendance.duplicate_record"), SOME, twice),
    Dirt("clock_in_future", HARBOUR, "attendance", "a gate whose clock stands years ahead",
         quarantined("attendance.entered_in_future"), FEW, put("EntryTime", _far_future)),
    Dirt("clock_reset", HARBOUR, "attendance", "a gate whose clock fell back to the year 2000",
         refused("not_yet"), FEW,
         put("EntryTime", lambda text, _: "2000-01-01" + str(text)[10:19] + ".0000000+00:00")),
    Dirt("double_swipe", PARKSIDE, "attendance", "a second swipe within two minutes",
         quarantined("attendance.double_swipe"), MANY, _double_swipe),
    Dirt("booking_and_swipe", PARKSIDE, "attendance", "a swipe and its booking",
         SAME_VISIT, MANY, _booking_and_swipe),
    Dirt("denied_swipe", PARKSIDE, "attendance", "a swipe that the gate refused",
         quarantined("attendance.denied_entry"), MANY, _denied),
    Dirt("no_show", PARKSIDE, "attendance", "a booking that nobody came to",
         quarantined("attendance.not_a_visit"), SOME, _no_show),
    Dirt("child_on_parents_card", PARKSIDE, "attendance", "a child let in with a parent's card",
         quarantined("attendance.not_the_card_holder"), SOME, _on_household_card("Child")),
    Dirt("spouse_on_card", PARKSIDE, "attendance", "a spouse let in with the card",
         quarantined("attendance.not_the_card_holder"), SOME, _on_household_card("Spouse")),
    Dirt("group_booking", PARKSIDE, "attendance", "a group booked under one person's number",
         noted("attendance.group_booking"), SOME, _group),
    Dirt("headcount_impossible", PARKSIDE, "attendance", "more people than a club can hold",
         quarantined("attendance.headcount.range"), FEW, put_one_of("People", "0", "9999")),
    Dirt("utc_as_local", PARKSIDE, "attendance", "a summer time in UTC that looks local",
         KEPT, SOME, _utc_as_local),
    Dirt("clock_drift", PARKSIDE, "attendance", "a gate whose clock is seven minutes fast",
         KEPT, SOME, lambda row, _: _shifted(row, 7 * MINUTE)),
    Dirt("midnight_only", PARKSIDE, "attendance", "only the day was recorded",
         noted("attendance.time_unknown"), SOME, _midnight, once=True),
    Dirt("month_first", PARKSIDE, "attendance", "the month before the day",
         TYPE, FEW, _month_first),
    Dirt("month_first_unseen", PARKSIDE, "attendance", "the month before the day, unnoticeably",
         KEPT, FEW, _month_first_unseen, once=True),
    Dirt("visit_date_serial", PARKSIDE, "attendance", "a time as a spreadsheet's serial number",
         TYPE, FEW, _serial),
    Dirt("ambiguous_local_time", PARKSIDE, "attendance", "an entry in the hour that came twice",
         noted("attendance.time_ambiguous"), FEW,
         lambda row, pen: _at_half_past_one(row, pen, pen.went_back), once=True),
    Dirt("absent_local_time", PARKSIDE, "attendance", "an entry in the hour that never was",
         quarantined("attendance.entered_at.absent_local_time"), FEW,
         lambda row, pen: _at_half_past_one(row, pen, pen.went_forward), once=True),
    Dirt("exit_before_entry", PARKSIDE, "attendance", "out before in",
         quarantined("attendance.exit_before_entry"), FEW, _exits(-2)),
    Dirt("stay_of_23_hours", PARKSIDE, "attendance", "an exit that was missed until next day",
         quarantined("attendance.stay_over_16_hours"), SOME, _exits(23)),
    Dirt("member_number_without_zeros", PARKSIDE, "attendance",
         "a member number whose leading noughts a spreadsheet took",
         refused("never_asked"), FEW, _without_zeros),
    Dirt("site_missing", PARKSIDE, "attendance", "no site",
         quarantined("attendance.site.required"), FEW, put("Site", "")),
    Dirt("event_type_unknown", PARKSIDE, "attendance", "a kind of event that nobody agreed",
         quarantined("attendance.event_type.allowed"), FEW, put("Type", "Turnstile")),
)  # fmt: skip
"""Every kind that is planted in a row about a visit."""
