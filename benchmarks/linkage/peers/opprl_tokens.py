"""carduus: the tokens of Open Privacy Preserving Record Linkage; records with one in common link.

Usage: python opprl_tokens.py rows.csv pairs.csv. Both files are those of `benchmarks.linkage`.
Needs Java, for Spark. The rows have no sex, which its tokens want: all get the same.
"""

# mypy: ignore-errors
# Runs in an environment of its own, whose packages the house does not have.
import csv
import os
import sys
from itertools import combinations
from pathlib import Path

from carduus.token import OpprlPii, OpprlToken, tokenize
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyspark.sql import SparkSession

TOKENS = {"token1": OpprlToken.token1, "token2": OpprlToken.token2, "token3": OpprlToken.token3}
LARGEST = 50


def main() -> None:
    """Tokenise and write every pair with the number of tokens in common."""
    with Path(sys.argv[1]).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    # Spark's own workers must be of this environment too.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = spark.config("spark.driver.memory", "1g").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    people = spark.createDataFrame(
        [
            (
                row["unique_id"],
                row["given_name"] or None,
                row["family_name"] or None,
                "F",
                row["birth_date"] or None,
            )
            for row in rows
        ],
        "unique_id string, first_name string, last_name string, gender string, birth_date string",
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    dates = OpprlPii.birth_date.value
    dates.date_format = "yyyyMMdd"
    # A date that is none becomes null rather than an error, as in earlier Sparks.
    spark.conf.set("spark.sql.legacy.timeParserPolicy", "CORRECTED")
    encoded = tokenize(
        people,
        pii_transforms={
            "first_name": OpprlPii.first_name,
            "last_name": OpprlPii.last_name,
            "gender": OpprlPii.gender,
            "birth_date": dates,
        },
        tokens=list(TOKENS.values()),
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    names = [token.value.name for token in TOKENS.values()]
    write_pairs(encoded.select("unique_id", *names).collect(), rows, names)


def write_pairs(encoded: list[object], rows: list[dict[str, str]], names: list[str]) -> None:
    """Pairs with a token in common; a token that very many share says little."""
    side = {row["unique_id"]: row["source"] for row in rows}
    two_files = len(set(side.values())) > 1
    shared: dict[tuple[str, str], int] = {}
    for name in names:
        holders: dict[str, list[str]] = {}
        for row in encoded:
            if row[name]:
                holders.setdefault(row[name], []).append(row["unique_id"])
        for ids in holders.values():
            for pair in combinations(sorted(ids), 2) if len(ids) <= LARGEST else ():
                if not two_files or side[pair[0]] != side[pair[1]]:
                    shared[pair] = shared.get(pair, 0) + 1
    with Path(sys.argv[2]).open("w", encoding="utf-8") as stream:
        csv.writer(stream).writerows((*pair, count) for pair, count in sorted(shared.items()))


if __name__ == "__main__":
    main()
