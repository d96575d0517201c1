"""The kit as a whole: where it stands, what it may not hold, and the same bytes again."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import kit
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.publish.scan import scan
from tests.kit.staged import OUTPUTS

PLAIN = {pa.string(), pa.int64(), pa.float64(), pa.date32(), pa.bool_(), pa.timestamp("us")}
AGAIN = """
import hashlib, sys
from pathlib import Path
from pipelines import kit
from tests.kit.staged import DIRECTORIES, OUTPUTS
made = kit.make(Path(sys.argv[1]), OUTPUTS, DIRECTORIES)
print(hashlib.sha256(b"".join(n.encode() + d for n, d in sorted(made.items()))).hexdigest())
"""


def test_every_file_stands_in_the_folder_of_the_kit(files: Mapping[str, bytes]) -> None:
    assert len(files) > 20
    assert {Path(name).parts[0] for name in files} == {kit.FOLDER}
    assert not [name for name in files if ".." in name or " " in name]


def test_another_process_makes_the_same_bytes(release: Path, files: Mapping[str, bytes]) -> None:
    here = hashlib.sha256(b"".join(n.encode() + d for n, d in sorted(files.items()))).hexdigest()
    environ = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, str(release)],
        cwd=PROJECT, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == here


def test_the_kit_passes_the_last_look_for_identifiers(
    opened: Path, files: Mapping[str, bytes]
) -> None:
    scan(opened, files)


def test_no_file_names_a_path_of_this_machine(release: Path, files: Mapping[str, bytes]) -> None:
    texts = [data.decode() for name, data in files.items() if not name.endswith(".xlsx")]
    assert len(texts) > 20
    assert not [text for text in texts if str(release) in text or str(PROJECT) in text]


def test_the_first_page_names_every_kind_of_file(files: Mapping[str, bytes]) -> None:
    page = files["kit/README.md"].decode()
    named = ("questions.ipynb", "questions.Rmd", "questions.sql", "release.pbip", "CHANGES.md")
    assert [name for name in named if name not in page] == []


@pytest.mark.parametrize("contract", OUTPUTS, ids=lambda contract: str(contract.name))
def test_every_tool_can_read_the_types_of_a_dataset(contract: object) -> None:
    """Power BI reads no unsigned numbers, lists or dictionaries."""
    schema = arrow_schema(contract)  # type: ignore[arg-type]  # pytest hands over an object
    assert {field.type for field in schema} <= PLAIN


@pytest.mark.parametrize("contract", OUTPUTS, ids=lambda contract: str(contract.name))
def test_every_field_of_a_dataset_is_described(contract: object) -> None:
    schema = arrow_schema(contract)  # type: ignore[arg-type]  # pytest hands over an object
    assert [f.name for f in schema if not f.metadata[b"description"]] == []
