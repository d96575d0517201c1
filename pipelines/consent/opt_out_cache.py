"""Questions to the national opt-out service and their answers, sealed, for as long as they may be.

They are kept under tokens, apart from any record, and deleted when their time is over: the policy
forbids to write an opt-out on a person's record, or to use an old one.
"""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.consent.opt_out_answer import CLOCKS_APART
from pipelines.core.files import sync_folder, write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings

FOLDER = "opt-out"


class State(StrEnum):
    """How far a question has come."""

    SENDING = "sending"
    """Written down; whether the exchange has it is not known."""
    ASKED = "asked"
    """The exchange has it."""
    ANSWERED = "answered"
    """The answer is kept here; the exchange may not know yet that it is."""
    DONE = "done"
    """The answer is kept here and acknowledged."""


@dataclass(frozen=True)
class Question:
    """Tokens of the people asked for and, once answered, of those who have not opted out."""

    local_id: str
    asked_at: dt.datetime
    use_until: dt.datetime
    asked: frozenset[str]
    state: State
    allowed: frozenset[str] = frozenset()

    @property
    def is_answered(self) -> bool:
        """Whether the answer is kept here."""
        return self.state in (State.ANSWERED, State.DONE)


@dataclass(frozen=True)
class OptOutCache:
    """The folder of sealed questions in the red zone."""

    settings: Settings
    keys: KeySource

    def new_question(self, asked: Collection[str], now: dt.datetime, days: int) -> Question:
        """A question about these tokens. The same ones on one day make the same local id.

        Its time runs from the asking, for a later opt-out may not be in the answer.
        """
        content = "\n".join([now.date().isoformat(), *sorted(asked)])
        local_id = self._prefix() + hashlib.sha256(content.encode()).hexdigest()[:24].upper()
        until = now + dt.timedelta(days=days)
        return Question(local_id, now, until, frozenset(asked), State.SENDING)

    def made(self, local_id: str) -> bool:
        """Whether a local id is of a question of this house, kept or forgotten."""
        return local_id.startswith(self._prefix())

    def keep(self, question: Question) -> None:
        """Write a question down; returns only when it is on disk."""
        place = _place(question.local_id)
        write_whole(self.settings.red / place, self.keys.seal(place, _encoded(question)))

    def drop(self, question: Question) -> None:
        """Forget a question."""
        path = self.settings.red / _place(question.local_id)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def questions(self) -> list[Question]:
        """Every question that is kept, the oldest first."""
        return sorted(self._read(), key=lambda q: (q.asked_at, q.local_id))

    def forget_old(self, now: dt.datetime) -> None:
        """Delete what is older than may be used, and what claims to come from the future."""
        for question in self.questions():
            if not question.asked_at - CLOCKS_APART <= now < question.use_until:
                self.drop(question)

    def verdicts(self) -> Mapping[str, bool]:
        """Whether a token's person may be used, of all answers; the newest answer counts."""
        return {
            token: token in question.allowed
            for question in self.questions()
            if question.is_answered
            for token in question.asked
        }

    def _prefix(self) -> str:
        return f"WB-{self.keys.key_id.upper()}-"

    def _read(self) -> Iterator[Question]:
        for path in (self.settings.red / FOLDER).glob("*.sealed"):
            yield _decoded(path, self.keys.unseal(_place(path.stem), path.read_bytes()))


def moved_on(question: Question, state: State, allowed: Collection[str] = ()) -> Question:
    """The question in its next state."""
    return dataclasses.replace(
        question, state=state, allowed=frozenset(allowed) or question.allowed
    )


def _place(local_id: str) -> str:
    return f"{FOLDER}/{local_id}.sealed"


def _encoded(question: Question) -> bytes:
    return json.dumps(
        {
            "asked_at": question.asked_at.isoformat(),
            "use_until": question.use_until.isoformat(),
            "asked": sorted(question.asked),
            "state": question.state,
            "allowed": sorted(question.allowed),
        }
    ).encode()


def _decoded(path: Path, data: bytes) -> Question:
    document = json.loads(data)
    return Question(
        local_id=path.stem,
        asked_at=dt.datetime.fromisoformat(document["asked_at"]),
        use_until=dt.datetime.fromisoformat(document["use_until"]),
        asked=frozenset(document["asked"]),
        state=State(document["state"]),
        allowed=frozenset(document["allowed"]),
    )
