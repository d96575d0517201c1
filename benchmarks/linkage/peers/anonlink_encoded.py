"""clkhash and anonlink: one Bloom filter a record, compared by their overlap (Dice).

Usage: python anonlink_encoded.py rows.csv pairs.csv. Both files are those of `benchmarks.linkage`.
"""

# mypy: ignore-errors
# Runs in an environment of its own, whose packages the house does not have.
import csv
import io
import sys
from pathlib import Path

import anonlink
import numpy as np
from clkhash import clk
from clkhash.comparators import NgramComparison
from clkhash.field_formats import BitsPerFeatureStrategy, FieldHashingProperties, StringSpec
from clkhash.schema import Schema

SHARED = "known to both providers"
LEAST = 0.75
"""Pairs below this overlap are not written."""
MOST = 10
"""Times the number of records: of more pairs, those of the highest overlap are written."""
BITS = 800
"""Of 1,024, shared by the fields: about half of a filter is then set."""
PIECES = {"given_name": 2, "family_name": 2, "birth_date": 1, "postcode": 1}


def schema(fields: list[str]) -> Schema:
    """Each field in pieces of two letters, or of one with its place for dates and codes."""
    specs = [
        StringSpec(
            field,
            FieldHashingProperties(
                comparator=NgramComparison(
                    n=PIECES.get(field, 2), positional=PIECES.get(field, 2) == 1
                ),
                strategy=BitsPerFeatureStrategy(BITS // len(fields)),
            ),
        )
        for field in fields
    ]
    return Schema(specs, l=1024)


def encode(rows: list[dict[str, str]], fields: list[str]) -> list[object]:
    """The filters of some rows."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(fields)
    writer.writerows([[row[f] for f in fields] for row in rows])
    text.seek(0)
    return list(
        clk.generate_clk_from_csv(text, SHARED, schema(fields), progress_bar=False, max_workers=2)
    )


def main() -> None:
    """Encode, compare and write every pair with its overlap."""
    with Path(sys.argv[1]).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    fields = [name for name in rows[0] if name not in ("unique_id", "source")]
    sides = sorted({row["source"] for row in rows})
    left = [row for row in rows if row["source"] == sides[0]]
    right = [row for row in rows if row["source"] == sides[-1]]
    filters = encode(left, fields)
    others = filters if len(sides) == 1 else encode(right, fields)
    found = anonlink.candidate_generation.find_candidate_pairs(
        [filters, others], anonlink.similarities.dice_coefficient_accelerated, LEAST, k=None
    )
    overlaps, _, (first, second) = found
    with Path(sys.argv[2]).open("w", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        ranked = np.argsort(-np.asarray(overlaps), kind="stable")
        for place in ranked[: MOST * len(rows)]:
            i, j = first[place], second[place]
            if len(sides) > 1 or i < j:
                writer.writerow([left[i]["unique_id"], right[j]["unique_id"], overlaps[place]])


if __name__ == "__main__":
    main()
