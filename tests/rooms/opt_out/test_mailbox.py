"""Who gets into a mailbox and who does not, and what the mailbox file must say."""

import dataclasses
from pathlib import Path

import pytest

from pipelines.core.errors import BadConsent, BadDelivery, BadSettings
from pipelines.opt_out import check_opt_outs
from pipelines.source.mailbox import open_mailbox
from pipelines.source.mailbox_file import find_mailbox_file, read_mailbox_file
from tests.rooms.opt_out.conftest import Bench, write_mailbox_file
from tests.rooms.opt_out.national_service import OURS, WORKFLOW, nhs_numbers
from tests.rooms.opt_out.sandbox import Sandbox, make_papers


def code_of(file: Path) -> str:
    with (
        pytest.raises((BadDelivery, BadSettings, BadConsent)) as caught,
        open_mailbox(read_mailbox_file(file)),
    ):
        pass
    return caught.value.code


def test_a_message_comes_back_as_it_was_sent(bench: Bench) -> None:
    with open_mailbox(bench.file) as mailbox:
        mailbox.send(OURS, WORKFLOW, "WB-1", b"content")
        letter = mailbox.read(mailbox.waiting(WORKFLOW)[0], largest=7)
    assert (letter.sender, letter.local_id, letter.data) == (OURS, "WB-1", b"content")


def test_a_message_of_another_workflow_is_not_seen(bench: Bench) -> None:
    with open_mailbox(bench.file) as mailbox:
        mailbox.send(OURS, "SOMETHING_ELSE", "WB-1", b"content")
        assert mailbox.waiting(WORKFLOW) == []


def test_a_server_of_another_authority_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    """FAULTS row 34: we talk to nobody whose certificate is not of the authority we were given."""
    (tmp_path / "other").mkdir()
    other = make_papers(tmp_path / "other")
    file = write_mailbox_file(tmp_path, sandbox, authority=str(other / "authority.pem"))
    assert code_of(file) == "mesh-unreachable"


def test_a_certificate_of_another_authority_does_not_get_in(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    (tmp_path / "other").mkdir()
    other = make_papers(tmp_path / "other")
    papers = {"certificate": other / "client.pem", "private_key": other / "client.key"}
    file = write_mailbox_file(tmp_path, sandbox, **{k: str(v) for k, v in papers.items()})
    assert code_of(file) == "mesh-unreachable"


def test_a_server_by_another_name_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    url = sandbox.url.replace("127.0.0.1", "localhost")
    assert code_of(write_mailbox_file(tmp_path, sandbox, url=url)) == "mesh-unreachable"


def test_a_wrong_password_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    file = write_mailbox_file(tmp_path, sandbox)
    (tmp_path / "password").write_text("another")
    assert code_of(file) == "mesh-refused"


def test_a_recipient_that_does_not_exist_is_refused(bench: Bench) -> None:
    with (
        open_mailbox(bench.file) as mailbox,
        pytest.raises(BadDelivery, match="mesh-refused"),
    ):
        mailbox.send("NOBODY", WORKFLOW, "WB-1", b"content")


def test_when_the_exchange_is_down_nobody_is_used(bench: Bench, tmp_path: Path) -> None:
    file = write_mailbox_file(tmp_path, bench.sandbox, url="https://127.0.0.1:1")
    bench.file = read_mailbox_file(file)
    with pytest.raises(BadDelivery, match="mesh-unreachable"):
        check_opt_outs(nhs_numbers(3), bench.desk())


def test_a_mailbox_file_without_the_service_is_no_desk(bench: Bench) -> None:
    bench.file = dataclasses.replace(bench.file, opt_out=None)
    with pytest.raises(BadConsent, match="opt-out-not-set-up"):
        bench.desk()


def test_without_a_mailbox_file_nothing_is_asked() -> None:
    with pytest.raises(BadSettings, match="mesh-not-set-up"):
        find_mailbox_file(None)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("url: 'https", "url: 'http"),
        ("mailbox: '", "mailbocks: '"),
        ("wait_minutes: 2", "wait_minutes: 0"),
        ("wait_minutes: 2", "days: 22"),
        ("wait_minutes: 2", "largest_share: 1.5"),
        ("wait_minutes: 2", "largest_share: half"),
        ("wait_minutes: 2", "unknown: 1"),
        ("opt_out:", "opt_out: yes\nrest:"),
    ],
)
def test_a_mailbox_file_is_read_strictly(
    tmp_path: Path, sandbox: Sandbox, said: str, instead: str
) -> None:
    file = write_mailbox_file(tmp_path, sandbox)
    file.write_text(file.read_text().replace(said, instead, 1))
    assert code_of(file) == "mesh-settings"


@pytest.mark.parametrize("fault", ["readable by others", "a link", "missing"])
def test_a_secret_lies_in_a_file_of_its_owner_alone(
    tmp_path: Path, sandbox: Sandbox, fault: str
) -> None:
    file = write_mailbox_file(tmp_path, sandbox)
    secret = tmp_path / "password"
    match fault:
        case "readable by others":
            secret.chmod(0o640)
        case "a link":
            secret.rename(tmp_path / "elsewhere")
            secret.symlink_to(tmp_path / "elsewhere")
        case _:
            secret.unlink()
    assert code_of(file) == "mesh-settings"
