"""Pseudonyms of a million visits by 20,000 members: distinct then join, or row by row."""

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.side_by_side import ratio
from pipelines.pseudonymise.keys import RootKey

VISITS, MEMBERS = 1_000_000, 20_000


def main() -> None:
    """Measure and print."""
    hashed = RootKey(bytes(32)).keyed_hash("m1", ("benchmark",))
    members = np.random.default_rng(1).integers(0, MEMBERS, VISITS)
    visits = pa.table({"person_ref": pa.array(members.astype(str), pa.string())})

    def distinct_then_join() -> int:
        with duckdb.connect() as engine:
            engine.register("visits", visits)
            found = engine.sql("select distinct person_ref from visits").to_arrow_table()[
                "person_ref"
            ]
            keys = pa.table({"person_ref": found, "key": hashed(found.to_pylist())})
            engine.register("keys", keys)
            joined = engine.sql("select key from visits join keys using (person_ref)")
            return int(joined.to_arrow_table().num_rows)

    def row_by_row() -> int:
        return len(pa.array(hashed(visits["person_ref"].to_pylist())))

    ratio(f"pseudonyms of {VISITS:,} visits", distinct_then_join, row_by_row)


if __name__ == "__main__":
    main()
