"""How a paper becomes a file: CSV that no spreadsheet takes for a formula, JSON in one order."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from pipelines.report.model import Table

TO_FILL = "to be filled in by the controller"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(table: Table) -> bytes:
    """A table as CSV (RFC 4180) in UTF-8 with a mark, so that Excel reads its letters right."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.heads)
    writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_json(content: Mapping[str, Any]) -> bytes:
    """JSON, the same bytes for the same content."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()
