"""Our MESH mailbox: send, look in, read, acknowledge. What is not acknowledged comes again.

A message is read whole or not at all, and nobody acknowledges it before its content is safe.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import mesh_client
import requests

from pipelines.core.errors import BadDelivery
from pipelines.source.mailbox_file import MailboxFile, secret_in

REPORT = "REPORT"
STAMP = "%Y%m%d%H%M%S"
TIMEOUT = 60
"""Seconds that one request may take."""
GONE_STATUS = (404, 410)
UNREACHABLE = (
    "mesh-unreachable",
    "the MESH exchange cannot be reached, or its certificate is not the expected one.",
    "Nothing was used. Check the url, the network and the certificates, then run it again.",
)
REFUSED = (
    "mesh-refused",
    "the MESH exchange refused what we asked of it.",
    "Nothing was used. Check mailbox, password, shared key and the other side's mailbox.",
)
GONE = (
    "mesh-message-gone",
    "a message, or a piece of one, is not in the MESH exchange.",
    "Nothing was used and nothing acknowledged. Run it again; if it stays so, ask the sender.",
)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Letter:
    """One message in our mailbox. `sent_at` is the exchange's own time, where it names one."""

    message_id: str
    sender: str
    workflow: str
    local_id: str
    is_report: bool
    sent_at: dt.datetime | None
    data: bytes


class Mailbox:
    """A mailbox that is open. Every failure of the exchange is a `BadDelivery` without content."""

    def __init__(self, client: mesh_client.MeshClient) -> None:
        self._client = client

    def send(self, recipient: str, workflow: str, local_id: str, data: bytes) -> None:
        """Send one file. The local id comes back with the answer, or with a failure report."""

        def send() -> None:
            # The service names its answer after the subject, and stays silent without one.
            self._client.send_message(
                recipient, data, workflow_id=workflow, local_id=local_id, subject=local_id,
                filename=f"{local_id}.dat",
            )  # fmt: skip

        _asking(send)

    def waiting(self, workflow: str) -> list[str]:
        """Ids of the messages of one workflow that nobody acknowledged."""
        return _asking(lambda: list(self._client.iterate_message_ids(workflow_filter=workflow)))

    def read(self, message_id: str, largest: int) -> Letter:
        """One message, whole. Raises `BadDelivery` when a piece is missing or it is too large."""
        return _asking(lambda: self._read(message_id, largest))

    def acknowledge(self, message_id: str) -> None:
        """Tell the exchange that the message is safe with us. To say so twice does no harm."""
        try:
            _asking(lambda: self._client.acknowledge_message(message_id))
        except BadDelivery as problem:
            if problem.code != GONE[0]:
                raise

    def _read(self, message_id: str, largest: int) -> Letter:
        message = self._client.retrieve_message(message_id)
        try:
            data = message.read(largest + 1)
        finally:
            message.close()  # type: ignore[no-untyped-call]  # the client types it loosely
        if len(data) > largest:
            raise BadDelivery(
                "mesh-too-large",
                "a message in the MESH mailbox is larger than it can rightly be.",
                "It was left in the mailbox. Ask its sender what it is.",
            )
        return Letter(
            message_id=message_id,
            sender=message.sender or "",
            workflow=message.workflow_id or "",
            local_id=message.local_id or "",
            is_report=message.message_type == REPORT,
            sent_at=_stamp(message.mex_header("statustimestamp")),
            data=data,
        )


@contextmanager
def open_mailbox(file: MailboxFile) -> Iterator[Mailbox]:
    """Open our mailbox over mutual TLS and say hello, as MESH asks of every client."""
    with _asking(lambda: _client(file)) as client:
        _asking(client.handshake)
        yield Mailbox(client)


def _client(file: MailboxFile) -> mesh_client.MeshClient:
    return mesh_client.MeshClient(
        file.url,
        file.mailbox,
        secret_in(file.password_file),
        shared_key=secret_in(file.shared_key_file).encode(),
        cert=(str(file.certificate), str(file.private_key)),
        verify=str(file.authority),
        check_hostname=True,
        timeout=TIMEOUT,
        application_name="widebridge",
    )


def _stamp(text: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text or "", STAMP).replace(tzinfo=dt.UTC)
    except ValueError:
        return None


def _asking(request: Callable[[], Result]) -> Result:
    """What the exchange answers. Its own errors quote addresses and content, so they end here."""
    try:
        return request()
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else None
        problem = GONE if status in GONE_STATUS else REFUSED
    except mesh_client.MeshError:
        problem = REFUSED
    except (requests.RequestException, OSError, ValueError):
        problem = UNREACHABLE
    raise BadDelivery(*problem)
