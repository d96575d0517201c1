"""SQL that turns a delivery's text into typed values, or null when it cannot.

Times are kept in UTC. A local time without offset is read in the file's zone.
"""

from pipelines.core.agreement import FileAgreement
from pipelines.core.contract import Column, LogicalType
from pipelines.core.shapes import quoted

WHOLE_NUMBER = "[+-]?[0-9]{1,18}"
NUMBER = r"[+-]?([0-9]{1,300}\.?[0-9]{0,300}|\.[0-9]{1,300})([eE][+-]?[0-9]{1,3})?"
HOME_ZONE = "Europe/London"
NOT_AGREED = "\u2205"
"""Stands for a source value that the agreement does not translate; no column allows it."""


def typed(column: Column, file: FileAgreement) -> str:
    """The column's text as its contract's type; null where it does not convert."""
    text = quoted(column.name)
    match column.type:
        case LogicalType.STRING:
            return text
        case LogicalType.INTEGER:
            whole = f"regexp_full_match({text}, '{WHOLE_NUMBER}')"
            return f"case when {whole} then try_cast({text} as bigint) end"
        case LogicalType.NUMBER:
            number = f"try_cast({text} as double)"
            finite = f"regexp_full_match({text}, '{NUMBER}') and isfinite({number})"
            return f"case when {finite} then {number} end"
        case LogicalType.BOOLEAN:
            return f"case {text} when 'true' then true when 'false' then false end"
        case LogicalType.DATE:
            return f"cast(try_strptime({text}, {literal(file.date_format)}) as date)"
        case LogicalType.TIMESTAMP:
            return f"timezone('UTC', {_instant(text, file)})"


def activity_day(column: Column, file: FileAgreement) -> str:
    """The local day that a date or timestamp column stands for."""
    if column.type is LogicalType.DATE:
        return typed(column, file)
    return f"cast(timezone('{HOME_ZONE}', {_instant(quoted(column.name), file)}) as date)"


def time_flags(column: Column, file: FileAgreement) -> dict[str, str]:
    """SQL conditions about a timestamp: is_midnight, is_ambiguous, is_absent."""
    text = quoted(column.name)
    instant = _instant(text, file)
    local = f"timezone('{HOME_ZONE}', {instant})"
    flags = {"is_midnight": f"{local} = date_trunc('day', {local})"}
    if file.timestamp_format == "iso":
        return {**flags, "is_ambiguous": "false", "is_absent": "false"}
    named = _local(text, file)
    zone = literal(file.timezone)
    other = (f"timezone({zone}, {instant} {sign} interval 1 hour) = {named}" for sign in "+-")
    return {
        **flags,
        "is_ambiguous": f"({' or '.join(other)})",
        "is_absent": f"timezone({zone}, {instant}) <> {named}",
    }


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _instant(text: str, file: FileAgreement) -> str:
    if file.timestamp_format == "iso":
        # Without an offset an ISO time would be taken for UTC: an hour wrong all summer.
        has_offset = f"({text} like '%Z' or substring({text}, -6, 1) in ('+', '-'))"
        return f"case when {has_offset} then try_cast({text} as timestamptz) end"
    return f"timezone({literal(file.timezone)}, {_local(text, file)})"


def _local(text: str, file: FileAgreement) -> str:
    return f"try_strptime({text}, {literal(file.timestamp_format)})"
