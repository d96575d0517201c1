"""A running sandbox for all tests here, and a desk whose clock and patience the tests hold."""

import datetime as dt
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings, settings_from
from pipelines.opt_out import OptOutDesk, open_desk
from pipelines.pseudonymise.keys import open_key_source
from pipelines.source.mailbox_file import MailboxFile, read_mailbox_file
from tests.conftest import TEST_KEY
from tests.rooms.opt_out.national_service import OURS, SERVICE, STRANGER, WORKFLOW, NationalService
from tests.rooms.opt_out.sandbox import PASSWORD, SHARED_KEY, Sandbox, running_sandbox


@pytest.fixture(scope="session")
def started_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("mesh")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(started_sandbox: Sandbox) -> Sandbox:
    """The sandbox with empty mailboxes."""
    started_sandbox.empty(OURS, SERVICE, STRANGER)
    return started_sandbox


def write_mailbox_file(folder: Path, sandbox: Sandbox, **changes: str) -> Path:
    """A mailbox file as an engineer writes it, with a few values changed."""
    for name, secret in (("password", PASSWORD), ("shared_key", SHARED_KEY)):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secret + "\n")
    values = {
        "url": sandbox.url,
        "mailbox": OURS,
        "password_file": "password",
        "shared_key_file": "shared_key",
        "certificate": str(sandbox.certificate),
        "private_key": str(sandbox.private_key),
        "authority": str(sandbox.authority),
    }
    lines = [f"{key}: '{value}'" for key, value in {**values, **changes}.items()]
    service = textwrap.dedent(
        f"""
        opt_out:
          mailbox: {SERVICE}
          workflow: {WORKFLOW}
          wait_minutes: 2
          poll_seconds: 60
        """
    )
    path = folder / "mesh.yaml"
    path.write_text("\n".join(lines) + service)
    return path


@dataclass
class Bench:
    """A desk before the sandbox, and the service behind it. `passed` moves the desk's clock."""

    sandbox: Sandbox
    file: MailboxFile
    settings: Settings
    keys: KeySource
    ledger: FileLedger
    service: NationalService
    passed: dt.timedelta = dt.timedelta()
    pauses: list[float] = field(default_factory=list)

    def desk(self, pause: Callable[[float], None] | None = None) -> OptOutDesk:
        """A desk; while it pauses, the service works."""

        def clock() -> dt.datetime:
            return dt.datetime.now(dt.UTC) + self.passed

        def work(seconds: float) -> None:
            self.pauses.append(seconds)
            self.service.work()

        return open_desk(self.file, self.settings, self.keys, self.ledger, clock, pause or work)

    def inbox(self) -> list[str]:
        """Ids of what nobody acknowledged in our mailbox."""
        with self.sandbox.client(OURS) as client:
            return list(client.list_messages())

    def sealed_files(self) -> list[Path]:
        """What is kept of questions and answers."""
        return sorted((self.settings.red / "opt-out").glob("*"))

    def events(self) -> list[str]:
        """Names of the ledger's events."""
        return [str(entry["event"]) for entry in self.ledger.entries()]


@pytest.fixture
def bench(tmp_path: Path, sandbox: Sandbox) -> Bench:
    environ = {"WIDEBRIDGE_HOME": str(tmp_path / "home"), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    settings = settings_from(environ)
    return Bench(
        sandbox=sandbox,
        file=read_mailbox_file(write_mailbox_file(tmp_path, sandbox)),
        settings=settings,
        keys=open_key_source(settings, environ),
        ledger=FileLedger(settings.ledger),
        service=NationalService(sandbox, opted_out=()),
    )
