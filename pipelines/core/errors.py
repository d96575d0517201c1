"""Every way in which widebridge stops on purpose.

    WidebridgeError
    └── Refused                     the text is safe for anyone and says what to do next
        ├── BadSettings       64    the environment or a command's options
        ├── BadContract       65    a file under schemas/ or expectations/
        ├── BadAgreement      66    a provider's agreement: unreadable, expired, not covering
        ├── BadDelivery       67    a delivery: missing, half-written, tampered, unreadable
        ├── BadConsent        68    the consent register: missing or unreadable
        ├── ExpectationFailed 69    a critical expectation of a delivery or an output
        ├── BadKey            70    a key: missing, wrong length, readable by others
        ├── UnknownArea       71    an ICB, vintage or period that the geography lacks
        ├── NotSignedOff      72    a release that nobody signed
        ├── BadRelease        73    a release that is damaged, or that would change a published one
        ├── BadTables         74    published tables: unreadable, or contradicting each other
        ├── CannotProtect     75    small numbers that no choice of hidden cells keeps unknown
        └── Disclosive        76    published tables that give hidden numbers away

No message carries a value from a delivery. Raise outside the `except` block, or `from None`,
because nearly every library quotes the value that it choked on.
"""

from typing import ClassVar


class WidebridgeError(Exception):
    """The root of the tree."""


class Refused(WidebridgeError):
    """We stopped on purpose.

    `code` is stable and may be searched for in the documentation; `advice` says what to do next.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, message: str, advice: str) -> None:
        super().__init__(f"{code}: {message} {advice}")
        self.code = code
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type["Refused"], tuple[str, str, str]]:
        return type(self), (self.code, self.message, self.advice)


class BadSettings(Refused):
    """The environment or a command's options are wrong."""

    exit_status = 64


class BadContract(Refused):
    """A file under `schemas/` or `expectations/` is wrong."""

    exit_status = 65


class BadAgreement(Refused):
    """A provider's agreement is unreadable, has expired or does not cover the use."""

    exit_status = 66


class BadDelivery(Refused):
    """A delivery is missing, half-written, tampered with or unreadable."""

    exit_status = 67


class BadConsent(Refused):
    """The consent register is missing or unreadable, so nobody's record may be used."""

    exit_status = 68


class ExpectationFailed(Refused):
    """A critical expectation of a delivery or of an output was not met."""

    exit_status = 69


class BadKey(Refused):
    """A key is missing, has the wrong length or can be read by others."""

    exit_status = 70


class UnknownArea(Refused):
    """The geography has no such ICB, vintage or period."""

    exit_status = 71


class NotSignedOff(Refused):
    """Nobody with a name has signed the release."""

    exit_status = 72


class BadRelease(Refused):
    """A release is damaged, or would change one that is already out."""

    exit_status = 73


class BadTables(Refused):
    """A set of published tables cannot be read, or its numbers contradict each other."""

    exit_status = 74


class CannotProtect(Refused):
    """No choice of hidden cells, or of rounding, keeps the small numbers unknown."""

    exit_status = 75


class Disclosive(Refused):
    """Published tables give away numbers that their rule means to hide."""

    exit_status = 76
