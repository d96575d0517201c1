"""Which site a visit was at, from the provider's own word for it.

`schemas/sites.yaml` names the words; one that it lacks is the site 'unknown', since a free text may
hold anything.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.core.errors import BadContract
from pipelines.core.stages import Checked
from pipelines.core.strict_yaml import read_yaml

NAME = "sites.yaml"
ATTENDANCE = "attendance"
Words = Mapping[str, str]


def load_sites(schemas: Path) -> Mapping[str, Words]:
    """Each provider's words and the sites that they mean. Raises `BadContract`."""
    path = schemas / NAME
    if not path.is_file():
        raise _bad("is missing", "Restore it: without it no site is known.")
    sites = read_yaml(path).get("sites")
    if not isinstance(sites, Mapping):
        raise _bad("has no sites", "State for each provider: a word, and the site that it means.")
    for provider, words in sites.items():
        if not isinstance(words, Mapping) or not all(isinstance(w, str) for w in words.values()):
            raise _bad(f"has no words for {provider}", "State: a word, and the site that it means.")
    return sites


def name_sites(
    checked: Checked, sites: Mapping[str, Words], engine: duckdb.DuckDBPyConnection
) -> Checked:
    """The same rows, each with its `site_name`; 'unknown' where nobody knows.

    Tables of anything but attendance pass as they are.
    """
    if checked.contract.name != ATTENDANCE:
        return checked
    words = sites.get(checked.consented.landed.drop.provider, {})
    table = pa.table(
        {"word": pa.array(words.keys(), pa.string()), "name": pa.array(words.values(), pa.string())}
    )
    # A table of the engine's own: what is registered is not seen by its other cursors.
    engine.register("site_words", table)
    engine.execute("create table site_word as select * from site_words")
    engine.unregister("site_words")
    relation = f"sited_{ATTENDANCE}"
    engine.execute(
        f"create view {relation} as select rows.*, "
        f"coalesce(known.name, 'unknown') as site_name from {checked.relation} as rows "
        "left join site_word as known on known.word = trim(rows.site)"
    )
    return dataclasses.replace(checked, relation=relation)


def _bad(problem: str, advice: str) -> BadContract:
    return BadContract("sites-unreadable", f"schemas/{NAME} {problem}.", advice)
