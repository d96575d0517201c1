"""Who signed a release. A name that stands for nobody is no signature."""

import datetime as dt
from dataclasses import dataclass

from pipelines.core.errors import NotSignedOff

NOBODY = {"", "anonymous", "none", "unknown", "n/a", "admin"}
"""What schedulers and forms put in when nobody was logged in."""


@dataclass(frozen=True)
class SignOff:
    """An officer's decision that a release may leave; `demo` marks one that decided nothing."""

    officer: str
    role: str
    reason: str
    on: dt.date
    demo: bool = False


def check_signed(sign_off: SignOff | None) -> SignOff:
    """The sign-off again. Raises `NotSignedOff` unless a named officer gave a reason."""
    if sign_off is None:
        raise _unsigned("nobody has signed the release.")
    if sign_off.officer.strip().lower() in NOBODY:
        raise _unsigned("the sign-off names no officer.")
    if not sign_off.role.strip() or not sign_off.reason.strip():
        raise _unsigned("the sign-off lacks a role or a reason.")
    return sign_off


def _unsigned(problem: str) -> NotSignedOff:
    return NotSignedOff(
        "release-unsigned", problem, "Give the officer's own name, their role and the reason."
    )
