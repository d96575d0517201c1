"""What two providers' records of one person are compared by: texts of several attributes together.

Each family joins at least two attributes, with the birth date or the postcode among them, so that
no single attribute's frequencies show. A missing or made-up value makes no text. Only keyed hashes
of the texts leave the place where they are made.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.core.duck import fetch_batches
from pipelines.core.ports import KeyedHash
from pipelines.pseudonymise.hashing import hash_distinct
from pipelines.pseudonymise.normal_forms import name_forms

LINK = "l1"
BATCH = 100_000

GIVEN, FAMILY = "given.whole", "family.whole"
BIRTH, POSTCODE = "birth", "postcode"


def _both(form: str) -> str:
    """Both names in the order of the alphabet: it does not matter which was typed where."""
    # `least` passes nulls over, so a missing name must be asked for.
    names = f"given.{form}, family.{form}"
    return (
        f"case when given.{form} is not null and family.{form} is not null "
        f"then least({names}) || '&' || greatest({names}) end"
    )


BOTH, BOTH_SOUNDS, BOTH_STARTS = _both("whole"), _both("sound"), _both("initial")
MONTH = "birth[1:7]"
DAY = "birth[1:4] || birth[8:]"
BIRTHDAY = "birth[6:]"
EITHER_WAY = "birth[1:4] || least(birth[6:7], birth[9:]) || '&' || greatest(birth[6:7], birth[9:])"
"""The year with day and month in order of size: swapping them changes nothing."""
OUTWARD = "nullif(postcode[:-4], '')"


EVIDENCE = (
    "given_name", "given_start", "given_end", "given_sound", "family_name", "family_alike", "birth",
    "birth_near", "postcode", "postcode_area",
)  # fmt: skip
"""What agreement on a token can show of two records."""


@dataclass(frozen=True)
class Family:
    """One kind of token: the SQL of its parts, and what agreement on it shows."""

    name: str
    parts: tuple[str, ...]
    shows: tuple[str, ...]


FAMILIES = (
    Family("given_birth", (GIVEN, BIRTH), ("given_name", "birth")),
    Family("family_birth", (FAMILY, BIRTH), ("family_name", "birth")),
    Family("given_postcode", (GIVEN, POSTCODE), ("given_name", "postcode")),
    Family("family_postcode", (FAMILY, POSTCODE), ("family_name", "postcode")),
    Family("birth_postcode", (BIRTH, POSTCODE), ("birth", "postcode")),
    Family("names_birth", (BOTH, BIRTH), ("given_name", "family_name", "birth")),
    Family("names_postcode", (BOTH, POSTCODE), ("given_name", "family_name", "postcode")),
    Family("given_start_birth", ("given.initial", BIRTH), ("given_start", "birth")),
    Family("given_end_birth", ("given.ending", BIRTH), ("given_end", "birth")),
    Family("given_sound_birth", ("given.sound", BIRTH), ("given_sound", "birth")),
    Family("family_start_birth", ("family.initial", BIRTH), ("family_alike", "birth")),
    Family("family_end_birth", ("family.ending", BIRTH), ("family_alike", "birth")),
    Family("family_sound_birth", ("family.sound", BIRTH), ("family_alike", "birth")),
    Family("given_start_postcode", ("given.initial", POSTCODE), ("given_start", "postcode")),
    Family("given_end_postcode", ("given.ending", POSTCODE), ("given_end", "postcode")),
    Family("family_start_postcode", ("family.initial", POSTCODE), ("family_alike", "postcode")),
    Family("family_end_postcode", ("family.ending", POSTCODE), ("family_alike", "postcode")),
    Family("sounds_birth", (BOTH_SOUNDS, BIRTH), ("given_sound", "family_alike", "birth")),
    Family("starts_birth", (BOTH_STARTS, BIRTH), ("given_start", "family_alike", "birth")),
    Family("names_month", (BOTH, MONTH), ("given_name", "family_name", "birth_near")),
    Family("names_day", (BOTH, DAY), ("given_name", "family_name", "birth_near")),
    Family("names_birthday", (BOTH, BIRTHDAY), ("given_name", "family_name", "birth_near")),
    Family("names_swapped_date", (BOTH, EITHER_WAY), ("given_name", "family_name", "birth_near")),
    Family("month_postcode", (MONTH, POSTCODE), ("birth_near", "postcode")),
    Family("day_postcode", (DAY, POSTCODE), ("birth_near", "postcode")),
    Family("birthday_postcode", (BIRTHDAY, POSTCODE), ("birth_near", "postcode")),
    Family("names_outward", (BOTH, OUTWARD), ("given_name", "family_name", "postcode_area")),
    Family("birth_outward", (BIRTH, OUTWARD), ("birth", "postcode_area")),
)
"""The tokens of Open Privacy Preserving Record Linkage (initial, Soundex, date of birth) are the
reference; ours leave sex out, which is compared beside them, and add the postcode."""

NO_DATE = "1899-12-30"
"""Day nought of a spreadsheet. The other made-up dates are a first of January."""


def link_token_texts(engine: duckdb.DuckDBPyConnection, relation: str) -> str:
    """What is hashed, as the relation (person_ref, family, text): at most one text a family.

    `relation` is a table with person_ref, given_name, family_name, birth_date and postcode, and one
    row a person.
    """
    _compare_names(engine, relation)
    engine.execute(
        f"""
        create or replace table link_part as
        select s.person_ref, given, family,
            case when s.birth_date <> date '{NO_DATE}'
                -- The first of January is what a system writes that knows only the year.
                and strftime(s.birth_date, '%m%d') <> '0101'
                then strftime(s.birth_date, '%Y-%m-%d') end as birth,
            case when s.postcode not like 'ZZ99%' and s.postcode not like 'BF1%'
                then nullif(upper(replace(s.postcode, ' ', '')), '') end as postcode
        from {relation} s
        left join name_form given on given.name = s.given_name
        left join name_form family on family.name = s.family_name
        """
    )
    texts = f"link_text_of_{relation}"
    engine.execute(
        f"create or replace table {texts} (person_ref varchar, family varchar, text varchar)"
    )
    for family in FAMILIES:
        # Null where any part is null: what is missing never makes a token.
        text = " || '|' || ".join(f"({part})" for part in family.parts)
        engine.execute(
            f"insert into {texts} select person_ref, '{family.name}', {text} from link_part "
            f"where {text} is not null"
        )
    engine.execute("drop table link_part")
    engine.execute("drop table name_form")
    return texts


def hash_link_texts(
    engine: duckdb.DuckDBPyConnection, texts: str, hashed_of: Callable[[str], KeyedHash]
) -> str:
    """The relation (person_ref, family, token) of the texts; `hashed_of` gives a family's hash."""
    tokens = f"hashed_{texts}"
    engine.execute(
        f"create or replace table {tokens} (person_ref varchar, family varchar, token varchar)"
    )
    for family in FAMILIES:
        one = f"(select text from {texts} where family = '{family.name}')"
        made = hash_distinct(one, "text", hashed_of(family.name), "token", engine)
        engine.execute(
            f"insert into {tokens} select t.person_ref, t.family, h.token from {texts} t "
            f"join {made} h on h.identifier = t.text where t.family = '{family.name}'"
        )
        engine.execute(f"drop table {made}")
    return tokens


def _compare_names(engine: duckdb.DuckDBPyConnection, relation: str) -> None:
    """The table `name_form`: each distinct name once, with its forms."""
    engine.execute(
        "create or replace table name_form "
        "(name varchar, whole varchar, initial varchar, ending varchar, sound varchar)"
    )
    names = f"select given_name from {relation} union select family_name from {relation}"
    for batch in fetch_batches(engine, names, BATCH):
        found = [(n, f) for n in batch.column(0).to_pylist() if n and (f := name_forms(n))]
        rows = [{"n": n, "w": f.whole, "i": f.start, "e": f.end, "s": f.sound} for n, f in found]
        schema = pa.schema([(key, pa.string()) for key in "nwies"])
        engine.register("formed", pa.Table.from_pylist(rows, schema=schema))
        engine.execute("insert into name_form select * from formed")
        engine.unregister("formed")
