"""What a reader must know of a release, in the order in which they should read it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.errors import BadRelease
from pipelines.report.page import as_html

COVERAGE = "provider_coverage"
DISCLOSURE = "disclosure.json"
SHOWN = [
    "indicator_id", "indicator_name", "area_name", "category", "period_start", "period_end",
    "count", "denominator", "value", "lower_ci_95", "upper_ci_95", "ci_method", "unit",
    "suppression_status", "value_note", "coverage",
]  # fmt: skip


def render(folder: Path) -> Mapping[str, bytes]:
    """The release's page, as HTML for people and as JSON for programs: file name to bytes."""
    summary = summarise(folder)
    text = json.dumps(summary, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {"report.html": as_html(summary).encode(), "report.json": text.encode()}


def summarise(folder: Path) -> dict[str, Any]:
    """Verdict, basis, consent, protection, coverage and headline numbers of a release folder."""
    manifest = _manifest(folder)
    return {
        "release_id": manifest["release_id"],
        "verdict": _verdict(manifest["sign_off"]),
        "sign_off": manifest["sign_off"],
        "geography_vintage": manifest["geography_vintage"],
        "period": manifest["period"],
        "as_of": manifest["as_of"],
        "purpose": manifest["purpose"],
        "files": _files(manifest["files"]),
        "agreements": manifest["agreements"],
        "refused_for_consent": manifest["refused_for_consent"],
        "matching": manifest["matching"],
        "key_id": manifest["key_id"],
        "protection": manifest["protection"]["rule"],
        "disclosure": _disclosure(folder, manifest["icbs"]),
        "icbs": [_extract(folder, icb, manifest["datasets"]) for icb in manifest["icbs"]],
    }


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict):
        raise BadRelease(
            "report-no-release",
            f"{folder.name} is not a release: it has no readable manifest.",
            "Name the folder of a release.",
        )
    return manifest


def _disclosure(folder: Path, icbs: list[dict[str, Any]]) -> dict[str, Any]:
    """What disclosure control did: the release's own account, and tables over all its ICBs."""
    whole = _read(folder / DISCLOSURE)
    tables: dict[tuple[str, str, str], list[int]] = {}
    for icb in icbs:
        for dataset, told in _read(folder / icb["ods_code"] / DISCLOSURE)["datasets"].items():
            for entry in told["tables"]:
                key = (dataset, entry["population"], entry["table"])
                cells, hidden = tables.get(key, [0, 0])
                tables[key] = [cells + entry["cells"], hidden + entry["hidden"]]
    rows = [
        {"dataset": d, "population": p, "table": t, "cells": cells, "hidden": hidden}
        for (d, p, t), (cells, hidden) in sorted(tables.items())
    ]
    return {**whole, "tables": rows}


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def _verdict(sign_off: Mapping[str, Any] | None) -> str:
    if sign_off is None:
        return "Not signed: this is a candidate and may not be shared."
    if sign_off["demo"]:
        return "Demonstration only: signed by nobody who answers for it."
    return f"Signed for release by {sign_off['officer']}, {sign_off['role']}, {sign_off['on']}."


def _files(files: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"file": name, "rows": entry["rows"]} for name, entry in files.items() if "rows" in entry
    ]


def _extract(
    folder: Path, icb: Mapping[str, str], datasets: list[dict[str, Any]]
) -> dict[str, Any]:
    names = [dataset["name"] for dataset in datasets]
    tables = {name: _headline(folder / icb["ods_code"] / f"{name}.parquet") for name in names}
    return {
        **icb,
        "coverage": tables.pop(COVERAGE, []),
        "headline": [row for name in sorted(tables) for row in tables[name]],
    }


def _headline(path: Path) -> list[dict[str, Any]]:
    """The rows for the whole ICB: everybody, or one row a provider."""
    table: pa.Table = pq.read_table(path, page_checksum_verification=True)
    whole = pc.and_(
        pc.and_(pc.equal(table["area_type"], "icb"), pc.equal(table["sex"], "persons")),
        pc.and_(
            pc.is_in(table["age_band"], pa.array(["all", "19+"])),
            pc.is_in(table["category_type"], pa.array(["all", "provider"])),
        ),
    )
    return [_plain(row) for row in table.filter(whole).select(SHOWN).to_pylist()]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if name.startswith("period") else value for name, value in row.items()}
