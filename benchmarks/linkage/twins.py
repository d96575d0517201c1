"""A test set in which some people have a twin: all the same but the first name."""

from collections.abc import Mapping

from benchmarks.linkage.records import Pair, Records

EVERY = 5
"""One person in so many gets a twin, who is nobody else's record."""


def with_twins(records: Records) -> tuple[Records, frozenset[Pair]]:
    """The set with twins added to the last file, and the pairs that would merge two people.

    A twin takes the first name of the next record whose first name begins with another letter.
    """
    rows = list(records.rows)
    whole = [r for r in rows if all(r[f] for f in ("given_name", "family_name", "birth_date"))]
    side = max(row["source"] for row in rows)
    same = _records_of_each(records)
    twins: list[Mapping[str, str]] = []
    wrong: set[Pair] = set()
    for place, row in enumerate(whole[:-EVERY]):
        if place % EVERY or not row["postcode"]:
            continue
        name = next(
            (r["given_name"] for r in whole[place + 1 :]
             if r["given_name"][0] != row["given_name"][0]),
            None,
        )  # fmt: skip
        if name is None:
            continue
        twin = f"{row['unique_id']}-twin"
        twins.append({**row, "unique_id": twin, "source": side, "given_name": name})
        others = {row["unique_id"], *same.get(row["unique_id"], ())}
        wrong |= {(a, twin) if a < twin else (twin, a) for a in others}
    named = f"{records.name}, twins added"
    return Records(named, (*rows, *twins), records.truth, records.two_files), frozenset(wrong)


def _records_of_each(records: Records) -> dict[str, set[str]]:
    same: dict[str, set[str]] = {}
    for left, right in records.truth:
        same.setdefault(left, set()).add(right)
        same.setdefault(right, set()).add(left)
    return same
