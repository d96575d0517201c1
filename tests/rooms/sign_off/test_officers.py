"""Officers' files are read strictly, and no two officers can be one person."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.core.errors import BadKey, BadSettings
from pipelines.core.officers import Officer, check_officer, load_officers, officer_file
from pipelines.publish.officer_key import (
    make_demo_key,
    make_officer_key,
    needs_passphrase,
    open_officer_key,
    read_passphrase,
)
from tests.rooms.sign_off.people import ADA, BEN

PASSPHRASE = "six words drawn at random here"


def written(folder: Path, *officers: Officer) -> Path:
    """A folder of officers' files."""
    for officer in officers:
        (folder / f"{officer.id}.yaml").write_text(officer_file(officer), "utf-8")
    return folder


def test_an_officers_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert load_officers(written(tmp_path, ADA, BEN)) == {ADA.id: ADA, BEN.id: BEN}


def test_without_a_folder_there_are_no_officers(tmp_path: Path) -> None:
    assert load_officers(tmp_path / "nothing") == {}


@pytest.mark.parametrize(
    "change",
    [
        {"name": ADA.name.upper()},
        {"public_key": ADA.public_key},
        {"airflow_user": ADA.airflow_user.upper()},
    ],
    ids=["name", "key", "login"],
)
def test_two_officers_share_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    double = replace(BEN, **change)  # type: ignore[arg-type]
    with pytest.raises(BadSettings, match="officers-alike"):
        load_officers(written(tmp_path, ADA, double))


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("officer: ada_example", "officer: ben_example"),
        ("name: Ada Example", "name: Anonymous"),
        ("name: Ada Example", "name: Ada Example 9990000018"),
        ("name: Ada Example", "name: [Ada]"),
        ("airflow_user: ada", "airflow_user: admin"),
        ("airflow_user: ada", "demo: true"),
        ("valid_to: 2027-12-31", "valid_to: soon"),
        ("valid_to: 2027-12-31", ""),
        ('public_key: "', 'public_key: "00'),
    ],
)
def test_a_file_that_is_not_right_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    text = officer_file(ADA)
    assert line in text
    (tmp_path / "ada_example.yaml").write_text(text.replace(line, instead), "utf-8")
    with pytest.raises(BadSettings, match="officer-invalid"):
        load_officers(tmp_path)


def test_an_officer_who_could_not_be_read_back_is_refused_before_a_key_is_made() -> None:
    with pytest.raises(BadSettings, match="officer-invalid"):
        check_officer(replace(ADA, name="Ada: Example"))


def test_a_term_begins_and_ends_on_its_days() -> None:
    days = (ADA.valid_from, ADA.valid_to, ADA.valid_to + dt.timedelta(days=1))
    assert [ADA.is_officer_on(day) for day in days] == [True, True, False]


def test_an_officers_key_opens_with_its_passphrase(tmp_path: Path) -> None:
    made = make_officer_key(tmp_path / "key.pem", PASSPHRASE)
    assert open_officer_key(tmp_path / "key.pem", PASSPHRASE).public_key == made.public_key


@pytest.mark.parametrize("passphrase", ["another passphrase than that", None])
def test_an_officers_key_stays_shut_without_it(tmp_path: Path, passphrase: str | None) -> None:
    make_officer_key(tmp_path / "key.pem", PASSPHRASE)
    with pytest.raises(BadKey, match="officer-key-unreadable"):
        open_officer_key(tmp_path / "key.pem", passphrase)


def test_the_file_of_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    make_officer_key(tmp_path / "key.pem", PASSPHRASE)
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in (tmp_path / "key.pem").read_bytes()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_officer_key(tmp_path / "key.pem", PASSPHRASE)
    (tmp_path / "key.pem").chmod(0o640)
    with pytest.raises(BadKey, match="officer-key-readable-by-others"):
        needs_passphrase(tmp_path / "key.pem")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    make_demo_key(tmp_path / "key.pem")
    with pytest.raises(BadKey, match="officer-key-exists"):
        make_officer_key(tmp_path / "key.pem", PASSPHRASE)


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="officer-passphrase-short"):
        make_officer_key(tmp_path / "key.pem", "short")


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="officer-key-missing"):
        needs_passphrase(tmp_path / "key.pem")


def test_a_passphrase_is_read_from_a_private_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    (tmp_path / "passphrase").chmod(0o600)
    assert read_passphrase(tmp_path / "passphrase") == PASSPHRASE
