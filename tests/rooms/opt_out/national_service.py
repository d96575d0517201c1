"""A stand-in for NHS England's service Check for National Data Opt-outs.

The real one is open to organisations with an agreement alone, so a second mailbox of the sandbox
plays it: it reads a list of NHS numbers, and sends back those that are in no set of opt-outs, as
users of the service describe it (a number a line, a comma, a line feed).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from tests.rooms.opt_out.sandbox import Sandbox

OURS, SERVICE, STRANGER = "X26ABC1", "X26ABC2", "X26ABC3"
"""Mailboxes of the sandbox."""
WORKFLOW = "WIDEBRIDGE_LOCAL_TEST"
"""Made up, and agreed with nobody."""

Answer = Callable[[bytes], bytes]


def listed(numbers: Iterable[str]) -> bytes:
    """Numbers as the service writes them."""
    return "".join(f"{number},\n" for number in numbers).encode()


@dataclass
class NationalService:
    """The second mailbox. `answer` gets the rightful answer and gives what is sent instead."""

    sandbox: Sandbox
    opted_out: Collection[str]
    answer: Answer = lambda rightful: rightful
    mailbox: str = SERVICE
    questions: list[list[str]] = field(default_factory=list)

    def work(self, _: float = 0.0) -> None:
        """Answer every question that lies in the mailbox."""
        with self.sandbox.client(self.mailbox) as client:
            for message_id in client.list_messages():
                message = client.retrieve_message(message_id)
                asked = [line.strip(",") for line in message.read().decode().splitlines()]
                self.questions.append(asked)
                kept = [number for number in asked if number not in self.opted_out]
                client.send_message(
                    OURS,
                    self.answer(listed(kept)),
                    workflow_id=str(message.workflow_id),
                    local_id=str(message.local_id),
                    subject=str(message.subject),
                )
                message.close()
                client.acknowledge_message(message_id)


def nhs_numbers(count: int) -> list[str]:
    """Valid numbers of the range that is never issued."""
    numbers = []
    for serial in range(999_000_000, 1_000_000_000):
        nine = str(serial)
        check = (
            11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
        ) % 11
        if check < 10:
            numbers.append(f"{nine}{check}")
        if len(numbers) == count:
            break
    return numbers
