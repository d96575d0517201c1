"""Keep what each person agreed to, for this purpose, on this day; count the rest.

Fails closed: no event, an unreadable event, another purpose, another day, a stale register mean no
use.
"""

from pipelines.consent.act import (
    Act,
    Withdrawn,
    settled,
    unfinished_acts,
    write_done,
    write_intent,
)
from pipelines.consent.ages import learn_ages
from pipelines.consent.filter import REASONS, keep_consented, pass_open_table
from pipelines.consent.freshness import (
    CONSENT,
    check_not_shrunk,
    check_opt_outs_asked,
    check_register_fresh,
    check_registers_fresh,
    refuse_kept_back,
)
from pipelines.consent.members import MEMBER, key_members, name_members
from pipelines.consent.opt_out import AskOptOuts
from pipelines.consent.periods import PARENT, make_periods
from pipelines.consent.quarantine import quarantined_tokens, take_out_of_quarantine
from pipelines.consent.receipt import receipt_of, shown
from pipelines.consent.register import (
    add_events,
    delivered_on,
    has_register,
    open_register,
    refuse_nameless,
)
from pipelines.consent.withdrawn import withdrawn_people

__all__ = [
    "CONSENT",
    "MEMBER",
    "PARENT",
    "REASONS",
    "Act",
    "AskOptOuts",
    "Withdrawn",
    "add_events",
    "check_not_shrunk",
    "check_opt_outs_asked",
    "check_register_fresh",
    "check_registers_fresh",
    "delivered_on",
    "has_register",
    "keep_consented",
    "key_members",
    "learn_ages",
    "make_periods",
    "name_members",
    "open_register",
    "pass_open_table",
    "quarantined_tokens",
    "receipt_of",
    "refuse_kept_back",
    "refuse_nameless",
    "settled",
    "shown",
    "take_out_of_quarantine",
    "unfinished_acts",
    "withdrawn_people",
    "write_done",
    "write_intent",
]
