"""The encrypted file, read for real: in another process, with pandas and with DuckDB."""

import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.contract_file import read_contract
from pipelines.core.errors import BadKey, BadRelease
from pipelines.core.files import write_whole
from pipelines.core.settings import PROJECT
from pipelines.extract import issue_extract_key
from pipelines.house import House
from pipelines.pseudonymise.keys import RootKey
from pipelines.pseudonymise.keys.extract_keys import unlocked_raw_key
from pipelines.publish.encrypted import with_release_in_file, write_encrypted
from tests.rooms.extract.conftest import DAY, domain, extracted

RELEASE = "2026-09-30-QOP-leisure_activity-0123abcd"
CONTRACT = read_contract(PROJECT / "schemas" / "extracts" / "leisure_activity.yaml")
KEYS = RootKey(bytes(range(32)))
ROWS = pa.table(
    {
        "pseudonym": [f"p1.00000000.{n:032d}" for n in range(500)],
        "age_band": ["40-59", "60-79"] * 250,
        "sex": ["female"] * 500,
        "visits": ["12-47"] * 500,
    }
)
PASSPHRASE = b"six words drawn at random today\n"
READ = """
import sys, base64, json, pathlib
key = pathlib.Path(sys.argv[1]).read_text()
if sys.argv[3] == "pandas":
    import pandas, pyarrow.parquet.encryption as pe
    opened = pe.create_decryption_properties(base64.b64decode(key))
    rows = pandas.read_parquet(sys.argv[2], decryption_properties=opened)
    print(json.dumps(rows.to_dict("records"), sort_keys=True))
else:
    import duckdb
    engine = duckdb.connect()
    engine.execute(f"pragma add_parquet_key('extract', '{key}')")
    found = engine.execute("from read_parquet($file, encryption_config = {footer_key: 'extract'})",
        {"file": sys.argv[2]})
    names = [column[0] for column in found.description]
    print(json.dumps([dict(zip(names, row)) for row in found.fetchall()], sort_keys=True))
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    key = KEYS.extract_key(domain(), RELEASE)
    return write_encrypted(ROWS, CONTRACT, key, RELEASE, tmp_path)


def key_file(folder: Path, release: str = RELEASE, recipient: str = "QOP") -> Path:
    """The key as its recipient has it in the end: unlocked, in a file of its own."""
    passphrase, wrapped, plain = folder / "passphrase", folder / "wrapped", folder / "key"
    write_whole(passphrase, PASSPHRASE)
    key = KEYS.extract_key(domain(recipient), release)
    write_whole(wrapped, key.wrapped(recipient, passphrase))
    write_whole(plain, unlocked_raw_key(wrapped, passphrase).encode())
    return plain


def read(reader: str, key: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", READ, str(key), str(file), reader],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("reader", ["pandas", "duckdb"])
def test_a_recipient_with_the_key_reads_the_same_rows(
    reader: str, written: Path, tmp_path: Path
) -> None:
    done = read(reader, key_file(tmp_path), written)
    assert json.loads(done.stdout or "null") == ROWS.to_pylist(), done.stderr


@pytest.mark.parametrize("length", [1, 24, 119, 120, 300])
def test_a_release_id_of_any_length_is_read_by_both(length: int, tmp_path: Path) -> None:
    release = "r" * length
    file = write_encrypted(ROWS, CONTRACT, KEYS.extract_key(domain(), release), release, tmp_path)
    key = key_file(tmp_path, release)
    rows = [json.loads(read(reader, key, file).stdout) for reader in ("pandas", "duckdb")]
    assert rows == [ROWS.to_pylist()] * 2


@pytest.mark.parametrize("reader", ["pandas", "duckdb"])
@pytest.mark.parametrize(("release", "recipient"), [(RELEASE[:-1] + "e", "QOP"), (RELEASE, "QWO")])
def test_the_key_of_another_release_or_recipient_reads_nothing(
    reader: str, release: str, recipient: str, written: Path, tmp_path: Path
) -> None:
    done = read(reader, key_file(tmp_path, release, recipient), written)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("reader", ["pandas", "duckdb"])
def test_a_file_that_says_another_release_does_not_open(
    reader: str, written: Path, tmp_path: Path
) -> None:
    data = written.read_bytes()
    assert data.count(RELEASE.encode()) == 1
    written.write_bytes(data.replace(RELEASE.encode(), RELEASE[:-1].encode() + b"e"))
    done = read(reader, key_file(tmp_path), written)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("reader", ["pandas", "duckdb"])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.8])
def test_one_flipped_byte_and_the_file_does_not_open(
    reader: str, place: float, written: Path, tmp_path: Path
) -> None:
    data = bytearray(written.read_bytes())
    data[int(len(data) * place)] ^= 1
    written.write_bytes(data)
    done = read(reader, key_file(tmp_path), written)
    assert (done.returncode, done.stdout) == (1, "")


def test_without_a_key_arrow_reads_nothing(written: Path) -> None:
    with pytest.raises(OSError, match="encrypted"):
        pq.read_table(written)


def test_without_a_key_duckdb_reads_nothing(written: Path) -> None:
    with pytest.raises(duckdb.Error, match="encrypted"):
        duckdb.sql(f"from read_parquet('{written}')")


@pytest.mark.parametrize("text", ["pseudonym", "age_band", "40-59", "widebridge", "p1.0000"])
def test_nothing_of_the_rows_or_columns_stands_in_the_file(text: str, written: Path) -> None:
    assert text.encode() not in written.read_bytes()


def test_a_key_shows_itself_nowhere() -> None:
    key = KEYS.extract_key(domain(), RELEASE)
    assert repr(key) == f"ReleaseKey(key_id={key.key_id!r})"


def test_the_key_that_is_sent_opens_with_its_own_passphrase_only(tmp_path: Path) -> None:
    key_file(tmp_path)
    write_whole(tmp_path / "other", b"six other words drawn at random\n")
    with pytest.raises(BadKey) as refused:
        unlocked_raw_key(tmp_path / "wrapped", tmp_path / "other")
    assert refused.value.code == "extract-key-passphrase"


def test_the_key_that_is_sent_says_whose_it_is_and_cannot_be_made_out_as_anothers(
    tmp_path: Path,
) -> None:
    key_file(tmp_path)
    wrapped = tmp_path / "wrapped"
    assert json.loads(wrapped.read_text())["recipient"] == "QOP"
    write_whole(wrapped, wrapped.read_bytes().replace(b'"QOP"', b'"QWO"'))
    with pytest.raises(BadKey) as refused:
        unlocked_raw_key(wrapped, tmp_path / "passphrase")
    assert refused.value.code == "extract-key-passphrase"


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    key_file(tmp_path)
    with pytest.raises(BadKey) as refused:
        unlocked_raw_key(tmp_path / "passphrase", tmp_path / "passphrase")
    assert refused.value.code == "extract-key-unreadable"


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    write_whole(tmp_path / "short", b"short\n")
    with pytest.raises(BadKey) as refused:
        KEYS.extract_key(domain(), RELEASE).wrapped("QOP", tmp_path / "short")
    assert refused.value.code == "kit-passphrase-short"


def test_an_extract_of_the_house_opens_with_the_key_that_the_house_sends(
    house: House, tmp_path: Path
) -> None:
    release = extracted(house)
    write_whole(tmp_path / "passphrase", PASSPHRASE)
    document = issue_extract_key(house, release.release_id, tmp_path / "passphrase", on=DAY)
    write_whole(tmp_path / "wrapped", document)
    raw = unlocked_raw_key(tmp_path / "wrapped", tmp_path / "passphrase")
    write_whole(tmp_path / "key", raw.encode())
    file = release.folder / "leisure_activity.parquet"
    by_reader = [
        json.loads(read(reader, tmp_path / "key", file).stdout) for reader in ("pandas", "duckdb")
    ]
    assert len(by_reader[0]) > 300
    assert by_reader[0] == by_reader[1]


def test_a_footer_that_the_writer_does_not_know_stops_the_extract(tmp_path: Path) -> None:
    with pytest.raises(BadRelease) as refused:
        with_release_in_file(b"PAR1" + bytes(40) + b"PAR1", RELEASE)
    assert refused.value.code == "extract-footer"


@pytest.mark.parametrize("place", [0, 1])
def test_the_samples_of_the_page_read_the_file(place: int, written: Path, tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "how-to" / "send-a-person-level-extract.md").read_text("utf-8")
    sample = re.findall(r"^```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[place]
    key_file(tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", sample],
        cwd=written.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "500" in done.stdout, done.stderr
