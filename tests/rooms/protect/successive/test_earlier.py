"""What earlier releases told is read whole, under names that stay, and no release is forgotten."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadRelease
from pipelines.core.files import sha256_of
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.protect.earlier import (
    MANIFEST,
    Published,
    check_all_there,
    newest,
    published_cells,
    published_values,
    release_folders,
)

SCHEMA = arrow_schema(load_contracts(PROJECT / "schemas").shape("indicator"))
DATASET = "programme_outcomes"
OF = {"referred": ("referred", None), "started_of_referred": ("started", "referred")}
REFERRED = "referred|E54000057|E54000057|persons|all|all|all"
STARTED = "started|E54000057|E54000057|persons|all|all|all"
SOMETHING = {"string": "x", "int64": 1, "double": 0.5, "date32[day]": dt.date(2026, 9, 30)}
PLACE = {
    "area_code": "E54000057", "parent_area_code": "E54000057", "sex": "persons",
    "age_band": "all", "category_type": "all", "category": "all",
}  # fmt: skip


def row(indicator: str, count: int | None, denominator: int | None) -> dict[str, object]:
    plain = {field.name: SOMETHING[str(field.type)] for field in SCHEMA}
    return {**plain, **PLACE, "indicator_id": indicator, "count": count, "denominator": denominator}


def release(
    folder: Path, name: str, as_of: str, rows: list[dict[str, object]], icb: str = "QOP"
) -> Path:
    """A finished release of one table."""
    place = folder / name / icb / f"{DATASET}.parquet"
    place.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), place)
    content = {
        "release_id": name,
        "as_of": as_of,
        "period": {"start": "2025-10-01", "end": "2026-09-30"},
        "geography_vintage": "2026",
        "files": {f"{icb}/{DATASET}.parquet": {"sha256": sha256_of(place)}},
    }
    (folder / name / MANIFEST).write_text(json.dumps(content))
    return folder / name


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two releases; in the second 30 of 50 became a mark of 55."""
    first = [row("referred", 50, None), row("started_of_referred", 30, 50)]
    second = [row("referred", 55, None), row("started_of_referred", None, 55)]
    release(tmp_path, "2026-08", "2026-08-31", first)
    release(tmp_path, "2026-09", "2026-09-30", second)
    return tmp_path


def last(out: Path) -> dict[str, Published]:
    return newest(published_cells(release_folders(out), DATASET, OF))


def digests(out: Path) -> dict[str, str]:
    return {f.name: sha256_of(f / MANIFEST) for f in release_folders(out)}


def test_the_newest_number_of_a_cell_counts(out: Path) -> None:
    assert last(out)[REFERRED].shown == 55


def test_a_mark_is_newer_than_the_number_before_it(out: Path) -> None:
    assert last(out)[STARTED].shown is None


def test_a_denominator_is_the_same_cell_as_its_own_indicator(out: Path) -> None:
    assert set(last(out)) == {REFERRED, STARTED}


def test_every_release_of_a_cell_is_remembered(out: Path) -> None:
    found = published_cells(release_folders(out), DATASET, OF)
    assert [p.shown for p in found if p.cell == STARTED] == [30, None]


@pytest.mark.parametrize(("hides", "shows"), [(0, 1), (1, 0)])
def test_a_number_that_one_row_hides_and_another_shows_was_shown(
    tmp_path: Path, hides: int, shows: int
) -> None:
    numbers = {hides: None, shows: 20}
    rows = [row("referred", numbers[0], None), row("started_of_referred", None, numbers[1])]
    release(tmp_path, "2026-08", "2026-08-31", rows)
    assert last(tmp_path)[REFERRED].shown == 20


def test_a_release_made_later_counts_although_its_name_comes_first(tmp_path: Path) -> None:
    release(tmp_path, "b", "2026-08-31", [row("referred", 50, None)])
    release(tmp_path, "a", "2026-09-30", [row("referred", 60, None)])
    assert last(tmp_path)[REFERRED].release_id == "a"


def test_values_and_limits_are_found_by_indicator(out: Path) -> None:
    found = newest(published_values(release_folders(out), DATASET))
    value = found["started_of_referred|E54000057|E54000057|persons|all|all|all"]
    assert (value.value, value.lower, value.upper) == (0.5, 0.5, 0.5)


def test_only_the_asked_for_icb_is_read(out: Path) -> None:
    assert published_cells(release_folders(out), DATASET, OF, "QJM") == []


def test_a_release_that_is_still_being_written_is_not_out(out: Path) -> None:
    (out / "2026-09").rename(out / ".2026-09.part")
    assert [f.name for f in release_folders(out)] == ["2026-08"]


def test_no_folder_of_releases_is_no_release(tmp_path: Path) -> None:
    assert release_folders(tmp_path / "none") == []


def test_releases_that_are_all_there_are_accepted(out: Path) -> None:
    check_all_there(digests(out), release_folders(out))


def test_a_release_whose_folder_is_gone_stops_the_next(out: Path) -> None:
    known = digests(out)
    (out / "2026-08").rename(out / ".put-aside")
    with pytest.raises(BadRelease, match="release-forgotten: the release 2026-08"):
        check_all_there(known, release_folders(out))


@pytest.mark.parametrize("name", [MANIFEST, f"QOP/{DATASET}.parquet"])
def test_a_release_that_was_altered_stops_the_next(out: Path, name: str) -> None:
    known = digests(out)
    path = out / "2026-08" / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BadRelease, match="not as it was published"):
        check_all_there(known, release_folders(out))


def test_a_table_that_cannot_be_read_stops_the_next(out: Path) -> None:
    (out / "2026-08" / "QOP" / f"{DATASET}.parquet").write_bytes(b"4")
    with pytest.raises(BadRelease, match="cannot be read"):
        published_cells(release_folders(out), DATASET, OF)


def test_a_folder_without_a_manifest_stops_the_next(out: Path) -> None:
    (out / "2026-08" / MANIFEST).unlink()
    with pytest.raises(BadRelease, match="its manifest is missing"):
        published_cells(release_folders(out), DATASET, OF)
