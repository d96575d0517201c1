"""OpenActive feeds (RPDE 1.0): every page of one or several feeds, one after another, in one file.

Yields opportunities, never a person: see `pipelines.source.opportunities`.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from pipelines.core.errors import BadAgreement
from pipelines.source.opportunities import COLUMNS, opportunity_rows
from pipelines.source.rpde import live_items

MODIFIED = "modified"
COUNTS = ("unix_seconds", "change_number")
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield one row for each opportunity that is there at the feeds' end."""
    counts = options.get(MODIFIED)
    if set(options) != {MODIFIED} or counts not in COUNTS:
        raise BadAgreement(
            "format-options",
            "an openactive file needs one option: what its times of change count.",
            f"Give modified: {' or '.join(COUNTS)}, as the feed's publisher says.",
        )
    rows = opportunity_rows(live_items(stream), modified_is_time=counts == COUNTS[0])
    yield pa.Table.from_pylist(list(rows), schema=SCHEMA)
