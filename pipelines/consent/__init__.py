"""Keep what each person agreed to, for this purpose, on this day; count the rest.

Fails closed: no event, an unreadable event, another purpose, another day mean no use.
"""

from pipelines.consent.filter import REASONS, keep_consented, pass_open_table
from pipelines.consent.register import add_events, make_periods, open_register

__all__ = [
    "REASONS",
    "add_events",
    "keep_consented",
    "make_periods",
    "open_register",
    "pass_open_table",
]
