"""The commands of whoever keeps the MESH mailbox."""

import dataclasses
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.commands.exchange import mesh_app
from pipelines.core.settings import Settings
from pipelines.opt_out import check_opt_outs
from tests.conftest import TEST_KEY
from tests.rooms.opt_out.conftest import Bench, write_mailbox_file
from tests.rooms.opt_out.national_service import OURS, nhs_numbers
from tests.rooms.opt_out.sandbox import Sandbox


def said(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("WIDEBRIDGE_ROOT_KEY", TEST_KEY)
    return CliRunner().invoke(mesh_app, words, obj=settings, catch_exceptions=False).output


def test_hello_opens_the_mailbox_and_sends_nothing(
    bench: Bench, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(bench.settings, mesh=write_mailbox_file(tmp_path, sandbox))
    assert f"The mailbox {OURS} opens." in said(settings, monkeypatch, "hello")
    bench.service.work()
    assert bench.service.questions == []


def test_what_is_kept_is_shown_without_a_number(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = nhs_numbers(5)
    check_opt_outs(numbers, bench.desk())
    output = said(bench.settings, monkeypatch, "opt-outs")
    assert bench.sealed_files()[0].stem[:10] in output
    assert "done" in output
    assert [number for number in numbers if number in output] == []


def test_forget_deletes_all_that_is_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    check_opt_outs(nhs_numbers(5), bench.desk())
    said(bench.settings, monkeypatch, "opt-outs", "--forget")
    assert bench.sealed_files() == []
