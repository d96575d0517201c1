"""Open rows with a postcode, to rows of the store: the neighbourhood takes the postcode's place.

A site's postcode names nobody, but no full postcode goes further than the red zone.
"""

from collections.abc import Iterable

import duckdb

from pipelines.core.contract import Contract
from pipelines.core.shapes import quoted
from pipelines.core.stages import Checked


def place_open(
    checked: Checked, linked: Iterable[Contract], engine: duckdb.DuckDBPyConnection
) -> None:
    """Make the linked tables of one open table, as their contracts say."""
    for contract in linked:
        columns = ", ".join(f"{c.made_from} as {quoted(c.name)}" for c in contract.columns)
        # Two directories may both know a postcode; a row must still come out once.
        engine.execute(
            f"create table linked_{contract.name} as select {columns} from "
            f"(select s.*, d.area_code as lsoa21_code, "
            f"'{checked.consented.landed.drop.provider}' as provider from {checked.relation} s "
            "left join (select postcode, min(area_code) as area_code from postcode_directory "
            "group by postcode) d on d.postcode = s.postcode)"
        )
