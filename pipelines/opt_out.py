"""The national data opt-out over MESH: ask for numbers, wait, believe or refuse the answer.

Straight down: what a kept answer says; else ask once, wait within bounds, keep the answer sealed,
then acknowledge it. Every way out of this that is no answer refuses the delivery.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pipelines.consent.opt_out import AskOptOuts
from pipelines.consent.opt_out_answer import (
    check_fits,
    check_when_answered,
    read_answer,
    write_question,
)
from pipelines.consent.opt_out_cache import OptOutCache, Question, State, moved_on
from pipelines.core.errors import BadConsent
from pipelines.core.ports import KeySource, Ledger
from pipelines.core.settings import Settings
from pipelines.source.mailbox import Letter, Mailbox, open_mailbox
from pipelines.source.mailbox_file import MailboxFile, OptOutService, find_mailbox_file

NHS_NUMBER = "n1"
LINE_BYTES = 12
"""A number, a comma, a line feed."""
SENTENCE_BYTES = 1_000
"""Room for the sentence with which the service refuses a question."""

Clock = Callable[[], dt.datetime]
Pause = Callable[[float], None]


@dataclass(frozen=True)
class OptOutDesk:
    """All that a check needs; the mailbox is opened only when there is something to ask."""

    service: OptOutService
    open_mailbox: Callable[[], AbstractContextManager[Mailbox]]
    cache: OptOutCache
    keys: KeySource
    ledger: Ledger
    clock: Clock
    pause: Pause


def open_desk(
    file: MailboxFile,
    settings: Settings,
    keys: KeySource,
    ledger: Ledger,
    clock: Clock,
    pause: Pause,
) -> OptOutDesk:
    """The desk of a mailbox file. Raises `BadConsent` when it names no opt-out service."""
    if file.opt_out is None:
        raise BadConsent(
            "opt-out-not-set-up",
            "a flow needs the national data opt-out, and the mailbox file names no service.",
            "Add opt_out to the mailbox file: docs/how-to/check-opt-outs.md",
        )
    cache = OptOutCache(settings, keys)
    return OptOutDesk(file.opt_out, lambda: open_mailbox(file), cache, keys, ledger, clock, pause)


def asker_from(settings: Settings, keys: KeySource, ledger: Ledger) -> AskOptOuts | None:
    """What the consent room asks by; none where no mailbox is set up."""
    OptOutCache(settings, keys).forget_old(_now())
    if settings.mesh is None:
        return None

    def ask(numbers: Sequence[str]) -> frozenset[str]:
        file = find_mailbox_file(settings.mesh)
        return check_opt_outs(numbers, open_desk(file, settings, keys, ledger, _now, time.sleep))

    return ask


def check_opt_outs(numbers: Sequence[str], desk: OptOutDesk) -> frozenset[str]:
    """Of valid NHS numbers, those whose people have not opted out. Raises where that is unknown."""
    number_of = dict(zip(_tokens(numbers, desk), numbers, strict=True))
    desk.cache.forget_old(desk.clock())
    if _unknown(number_of, desk) or _unacknowledged(desk):
        with desk.open_mailbox() as mailbox:
            seen: set[str] = set()
            _collect(mailbox, seen, desk)
            _ask_for(_unasked(number_of, desk), number_of, mailbox, desk)
            _wait_for(number_of, mailbox, seen, desk)
            _settle(desk)
    verdicts = desk.cache.verdicts()
    return frozenset(number for token, number in number_of.items() if verdicts[token])


def _ask_for(
    tokens: set[str], number_of: dict[str, str], mailbox: Mailbox, desk: OptOutDesk
) -> None:
    """One question for all that nobody asked yet; written down before it is sent."""
    if not tokens:
        return
    question = desk.cache.new_question(tokens, desk.clock(), desk.service.days)
    # A run that died while sending left the same question: it keeps the time of its first attempt.
    question = _find(question.local_id, desk) or question
    desk.cache.keep(question)
    data = write_question([number_of[token] for token in tokens])
    mailbox.send(desk.service.mailbox, desk.service.workflow, question.local_id, data)
    desk.cache.keep(moved_on(question, State.ASKED))
    desk.ledger.record("opt_out_asked", question=question.local_id)


def _wait_for(tokens: Iterable[str], mailbox: Mailbox, seen: set[str], desk: OptOutDesk) -> None:
    """Look into the mailbox at once, then now and then, until all is known or time is up."""
    service = desk.service
    looks = 1 + service.wait_minutes * 60 // service.poll_seconds
    for look in range(looks):
        if look:
            desk.pause(service.poll_seconds)
        _collect(mailbox, seen, desk)
        if not _unknown(tokens, desk):
            return
    raise BadConsent(
        "opt-out-unanswered",
        f"the national opt-out service has not answered within {service.wait_minutes} minutes.",
        "Nobody's record was used. Run it again later: the answer is fetched, nothing asked twice.",
    )


def _collect(mailbox: Mailbox, seen: set[str], desk: OptOutDesk) -> None:
    """Take in every message about a question of ours; others stay where they are.

    An answer to a question that is forgotten is too old to be used: it is thrown away.
    """
    for message_id in mailbox.waiting(desk.service.workflow):
        if message_id in seen:
            continue
        seen.add(message_id)
        letter = mailbox.read(message_id, _largest_answer(desk))
        if not letter.is_report and letter.sender != desk.service.mailbox:
            continue
        question = _find(letter.local_id, desk)
        if question:
            _take_in(letter, question, mailbox, desk)
        elif desk.cache.made(letter.local_id):
            mailbox.acknowledge(message_id)


def _take_in(letter: Letter, question: Question, mailbox: Mailbox, desk: OptOutDesk) -> None:
    """Keep the answer, then acknowledge it. A second copy is acknowledged and changes nothing."""
    refusal = None
    if not question.is_answered:
        try:
            question = _answered(letter, question, desk)
            desk.cache.keep(question)
            desk.ledger.record("opt_out_answered", question=question.local_id)
        except BadConsent as problem:
            refusal = problem
    if refusal:
        desk.ledger.record("opt_out_refused", question=question.local_id, code=refusal.code)
        desk.cache.drop(question)
    mailbox.acknowledge(letter.message_id)
    if refusal:
        raise refusal
    desk.cache.keep(moved_on(question, State.DONE))


def _settle(desk: OptOutDesk) -> None:
    """An answer that no longer lies in the mailbox was acknowledged by a run that died then."""
    for question in desk.cache.questions():
        if question.state is State.ANSWERED:
            desk.cache.keep(moved_on(question, State.DONE))


def _answered(letter: Letter, question: Question, desk: OptOutDesk) -> Question:
    if letter.is_report:
        raise BadConsent(
            "opt-out-undelivered",
            "the question to the national opt-out service was not delivered.",
            "Nobody's record was used. Check the service's mailbox and workflow, then ask again.",
        )
    check_when_answered(letter.sent_at, question.asked_at, question.use_until, desk.clock())
    allowed = frozenset(_tokens(read_answer(letter.data), desk))
    check_fits(allowed, question.asked, desk.service.largest_share)
    return moved_on(question, State.ANSWERED, allowed)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _tokens(numbers: Iterable[str], desk: OptOutDesk) -> list[str]:
    return desk.keys.tokens(NHS_NUMBER, ())(numbers)


def _find(local_id: str, desk: OptOutDesk) -> Question | None:
    return next((q for q in desk.cache.questions() if q.local_id == local_id), None)


def _unknown(tokens: Iterable[str], desk: OptOutDesk) -> set[str]:
    return set(tokens) - set(desk.cache.verdicts())


def _unasked(tokens: Iterable[str], desk: OptOutDesk) -> set[str]:
    asked = [q.asked for q in desk.cache.questions() if q.state is not State.SENDING]
    return set(tokens).difference(*asked)


def _unacknowledged(desk: OptOutDesk) -> bool:
    return any(q.state is State.ANSWERED for q in desk.cache.questions())


def _largest_answer(desk: OptOutDesk) -> int:
    most = max((len(q.asked) for q in desk.cache.questions()), default=0)
    return most * LINE_BYTES + SENTENCE_BYTES
