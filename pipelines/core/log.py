"""What may be written down. The one log is the ledger, and what may stand in it is an allow-list.

A fact has to be on the list by its name and by its form; any other is left out and counted. What
libraries would say of their own accord (log lines, warnings, stray errors) may quote a value, so
of that only the kind is told.
"""

import logging
import re
import sys
import threading
import warnings
from collections.abc import Mapping
from types import TracebackType

from pipelines.core.ports import Fact

WORD = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
KEY_ID = re.compile(r"[a-z0-9]{1,16}")
HEX = re.compile(r"[0-9a-f]{12,64}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,99}")
OWN_WORDS = re.compile(r"(?!.*\d{6})[^@\n]{0,300}")
"""What an officer writes for the record. A number of six digits or an address may be somebody's."""
FORMS: Mapping[str, re.Pattern[str]] = {
    "provider": WORD,
    "code": WORD,
    "delivery": HEX,
    "release": NAME,
    "manifest_sha256": HEX,
    "ring_sha256": HEX,
    "thresholds_sha256": HEX,
    "officer": OWN_WORDS,
    "role": OWN_WORDS,
    "reason": OWN_WORDS,
    "via": WORD,
    "key": KEY_ID,
    "kind": WORD,
    "change": WORD,
    "recipient": re.compile(r"[A-Z0-9]{3,10}"),
    "purpose": WORD,
    "opt_out": WORD,
    "opened_by": WORD,
    "question": NAME,
    "agreement": NAME,
    "extract": WORD,
    "dag": WORD,
    "task": WORD,
    "run": NAME,
}
"""Facts that are text, and what each looks like."""
COUNT_NAME = re.compile(r"[a-z][a-z_]{1,30}")
LARGEST_COUNT = 10**9
"""Nothing that is counted reaches it, and every NHS number is above it."""
LEFT_OUT = "left_out"


def allowed(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts that may be written, by name; how many were left out, if any were."""
    kept = {name: facts[name] for name in sorted(facts) if _may_stand(name, facts[name])}
    missing = len(facts) - len(kept)
    return {**kept, LEFT_OUT: missing} if missing else kept


def _may_stand(name: str, fact: Fact) -> bool:
    if isinstance(fact, str):
        form = FORMS.get(name)
        return form is not None and form.fullmatch(fact) is not None
    if fact is None or isinstance(fact, bool):
        return COUNT_NAME.fullmatch(name) is not None
    return COUNT_NAME.fullmatch(name) is not None and abs(fact) < LARGEST_COUNT


def tell_no_values() -> None:
    """From now on libraries' log lines and warnings are off, and a stray error tells its kind."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.excepthook = _tell_kind
    sys.unraisablehook = lambda stray: _tell_kind(stray.exc_type, None, None)
    threading.excepthook = lambda stray: _tell_kind(stray.exc_type, None, None)


def _tell_kind(
    kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
) -> None:
    name = kind.__name__ if kind else "error"
    sys.stderr.write(f"A stray {name}. Its message is withheld, for it may quote a value.\n")
