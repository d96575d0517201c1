"""SQL of the one question that every use of people's rows asks: did consent cover the day?

No consent row means no person: it fails closed.
"""

import datetime as dt

import pyarrow as pa

STORED = "stored_"
"""Before a table's name: the table as stored, before consent is looked at."""


def use_of_data(purpose: str, as_of: dt.date) -> pa.Table:
    """The use that consent must cover, as a table of one row; bound as `use_of_data`."""
    return pa.table({"purpose": [purpose], "as_of": pa.array([as_of], pa.date32())})


def covered(table: str, day: str) -> str:
    """SQL that holds for a row of a stored table whose person's consent covers a day."""
    return (
        "exists (select 1 from stored_consent_period c join use_of_data"
        " on c.purpose = use_of_data.purpose"
        f" where c.provider = {STORED}{table}.provider"
        f" and c.member_key = {STORED}{table}.member_key"
        f" and c.consented_from <= {day}"
        f" and (c.consented_until is null or c.consented_until >= {day}))"
    )
