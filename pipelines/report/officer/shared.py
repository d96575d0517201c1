"""Who signed, what was shared and why each field is the least, and which code made it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.report.facts import Facts
from pipelines.report.fields import why_minimum
from pipelines.report.model import Section, Text, table
from pipelines.report.words import moment, number, words

HEADS = ("Officer", "Role", "Decision", "When", "How", "Reason")


def sign_off(facts: Facts) -> Section:
    """Who approved, and the fingerprint of what they approved."""
    rows = [
        (
            entry["officer"]["name"] + (" (generated)" if entry.get("demo") else ""),
            entry["officer"]["role"],
            entry["decision"],
            moment(entry["at"]),
            f"{words(entry['via'])}, key {entry['key_id']}",
            entry["reason"],
        )
        for entry in facts.approvals
    ]
    digest = facts.manifest.get("candidate_sha256")
    told = (
        f"Both signed the candidate whose manifest has the SHA-256 {digest}."
        if digest
        else "Nobody has decided yet. An approval will name the SHA-256 of this candidate's "
        "manifest, and hold for no other."
    )
    return Section("sign-off", "Who signed", (Text(told), table("Approvals", HEADS, rows)))


def shared(facts: Facts) -> Section:
    """Datasets and their rows by ICB, then every field."""
    text = (
        f"For {words(facts.manifest['purpose'])}. ICBs as drawn in "
        f"{facts.manifest['geography_vintage']}. The extracts hold counts, rates and means of "
        "groups, and lists of places and programmes; the contracts of all of them forbid records "
        "of people."
    )
    return Section(
        "shared",
        "What was shared, and why each field is the minimum",
        (Text(text), _datasets(facts), _rows(facts), _fields(facts)),
    )


def _datasets(facts: Facts) -> Any:
    rows = [
        (words(entry["name"]), entry["contract"], entry["description"],
         str(len(entry["indicators"])))
        for entry in facts.manifest["datasets"]
    ]  # fmt: skip
    rows += [
        (words(entry["name"]), entry["contract"], entry["description"], "a list")
        for entry in facts.manifest.get("directories", [])
    ]
    heads = ("Dataset", "Contract", "What it is", "Indicators")
    return table("Datasets", heads, rows, numbers=(3,))


def _rows(facts: Facts) -> Any:
    files = facts.manifest["files"]
    codes = [icb["ods_code"] for icb in facts.icbs]
    rows = [
        (words(name), *(number(files.get(f"{code}/{name}.parquet", {}).get("rows", 0))
                        for code in codes))
        for name in (*facts.datasets, *facts.directories)
    ]  # fmt: skip
    heads = ("Dataset", *codes)
    return table("Rows by ICB", heads, rows, numbers=range(1, len(codes) + 1))


def _fields(facts: Facts) -> Any:
    rows = [
        (name, description, kind, f"{values:,}", why_minimum(name, description))
        for name, (description, kind, values) in sorted(described_fields(facts).items())
    ]
    heads = ("Field", "What it says", "What it tells of a person", "Different values",
             "Why it is the minimum")  # fmt: skip
    return table("Fields of the extracts", heads, rows, numbers=(3,))


def described_fields(facts: Facts) -> Mapping[str, tuple[str, str, int]]:
    """Each published field: description, class, and how many values it takes in the release."""
    values: dict[str, set[object]] = {}
    about: dict[str, tuple[str, str]] = {}
    for extract in _extracts(facts):
        for column in extract.schema:
            told = {k.decode(): v.decode() for k, v in (column.metadata or {}).items()}
            kind = told.get("classification", "none")
            about[column.name] = (
                told.get("description", ""),
                words(kind).replace("none", "nothing"),
            )
            unique = pc.unique(extract[column.name]).to_pylist()
            values.setdefault(column.name, set()).update(v for v in unique if v is not None)
    return {name: (*about[name], len(values[name])) for name in about}


def _extracts(facts: Facts) -> Iterator[pa.Table]:
    for icb in facts.icbs:
        for name in (*facts.datasets, *facts.directories):
            yield facts.extract(icb["ods_code"], name)


def made_by(facts: Facts) -> Section:
    """Fingerprints of code, contracts and store, so that the release can be made again."""
    code = facts.manifest.get("made_by", {})
    rows = [(f"Made by: {words(name)}", str(told)) for name, told in sorted(code.items())]
    rows += [
        ("State of the linked store", facts.manifest["store_state"]),
        ("Boundaries as on", facts.manifest["boundaries_on"]),
        *((f"Public key for the {use}", f"{key['public_key']} ({key['key_id']})")
          for use, key in sorted(facts.manifest.get("signing_keys", {}).items())),
    ]  # fmt: skip
    text = (
        "The same inputs, code and contracts give the same extracts, byte for byte. Anyone with "
        "a copy can check it offline with verify.py, which is in the release."
    )
    return Section(
        "made-by", "What made it, and how to check it",
        (Text(text), table("Fingerprints", ("What", "Value"), rows)),
    )  # fmt: skip
