"""Four rules of attendance on a million rows: in the engine, or in pandas on strings."""

import duckdb
import numpy as np
import pandas as pd

from benchmarks.side_by_side import ratio

ROWS = 1_000_000
SQL = """
select count(*) from (
    select timezone('UTC', try_strptime(entered_at, '%d/%m/%Y %H:%M:%S')) as entered,
        timezone('UTC', try_strptime(left_at, '%d/%m/%Y %H:%M:%S')) as gone, result, kind
    from visits
)
where entered is null or gone < entered or result = 'Denied' or kind not in ('Swipe', 'Gate')
"""


def main() -> None:
    """Measure and print."""
    visits = _visits()

    def in_the_engine() -> int:
        with duckdb.connect() as engine:
            engine.register("visits", visits)
            return int(engine.sql(SQL).fetchall()[0][0])

    def in_pandas() -> int:
        way = "%d/%m/%Y %H:%M:%S"
        entered = pd.to_datetime(visits["entered_at"], format=way, errors="coerce")
        gone = pd.to_datetime(visits["left_at"], format=way, errors="coerce")
        wrong = entered.isna() | (gone < entered) | (visits["result"] == "Denied")
        return int((wrong | ~visits["kind"].isin(["Swipe", "Gate"])).sum())

    ratio(f"row rules on {ROWS:,} rows", in_the_engine, in_pandas)


def _visits() -> pd.DataFrame:
    random = np.random.default_rng(1)
    start = pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 20_000_000, ROWS), "s")
    stay = pd.to_timedelta(random.integers(-60, 7_200, ROWS), "s")
    kinds = random.choice(["Swipe", "Gate", "Sale"], ROWS)
    way = "%d/%m/%Y %H:%M:%S"
    return pd.DataFrame(
        {
            "entered_at": pd.Series(start).dt.strftime(way),
            "left_at": pd.Series(start + stay).dt.strftime(way),
            "result": random.choice(["Allowed", "Denied"], ROWS, p=[0.97, 0.03]),
            "kind": kinds,
        }
    )


if __name__ == "__main__":
    main()
