"""Directories on their way out: things that are no people pass as they are, and nothing else does.

A directory has no counts of people to hide, so it is looked through for people instead.
"""

import re

import pyarrow as pa

from pipelines.core.contract import Classification, Contract, Zone
from pipelines.core.errors import BadRelease
from pipelines.core.stages import Listed, Passed

E_MAIL = re.compile(r"@")
CONTACT = re.compile(
    r"@"
    r"|[0-9][0-9() -]{7,}[0-9]"  # a telephone number
    r"|\b[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b",  # a full postcode
    re.IGNORECASE,
)
MADE_UP = ("entry_id", "contract_version", "release_id")
"""Ids, in which digits are no telephone number."""


def pass_directory(listed: Listed) -> Passed:
    """Let a directory through. Raises `BadRelease` when it could hold a person or a contact."""
    if not _is_open(listed.contract):
        raise _bad(
            listed.contract,
            "has columns that say something of a person, or is not in the green zone",
            "Publish it as a dataset, under the profile nhs.",
        )
    for field in listed.table.schema:
        wanted = E_MAIL if field.name in MADE_UP else CONTACT
        if pa.types.is_string(field.type) and _holds(wanted, listed.table[field.name]):
            raise _bad(
                listed.contract,
                f"has an e-mail address, a telephone number or a full postcode in {field.name}",
                "Ask whoever lists it to take it out, and take their delivery in again.",
            )
    return Passed(listed)


def _is_open(contract: Contract) -> bool:
    plain = all(c.classification is Classification.NONE for c in contract.columns)
    return plain and contract.zone is Zone.GREEN and not contract.person_level


def _holds(wanted: re.Pattern[str], column: pa.ChunkedArray) -> bool:
    return any(wanted.search(text) for text in column.unique().to_pylist() if text)


def _bad(contract: Contract, problem: str, advice: str) -> BadRelease:
    return BadRelease("directory-not-open", f"the directory {contract.name} {problem}.", advice)
