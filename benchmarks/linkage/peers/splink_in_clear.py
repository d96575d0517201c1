"""Splink on the rows in clear: trained without the truth, as its own tutorial does.

Usage: python splink_in_clear.py rows.csv pairs.csv. Both files are those of `benchmarks.linkage`.
"""

# mypy: ignore-errors
# Runs in an environment of its own, whose packages the house does not have.
import logging
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pcompute
import pyarrow.csv as pc
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

NAMES = {"given_name", "family_name"}
FIELDS = ("given_name", "family_name", "birth_date", "postcode")
ROUNDS = (("given_name", "family_name"), ("birth_date",))
"""Blocks on which the match parameters are trained, in turn."""


def comparison(field: str) -> object:
    """How Splink compares one field."""
    if field in NAMES:
        return cl.JaroWinklerAtThresholds(field, [0.9, 0.8])
    if field == "birth_date":
        # As text: a date with a typing error may be no date.
        return cl.DamerauLevenshteinAtThresholds(field, [1, 2])
    return cl.LevenshteinAtThresholds(field, [1, 2])


def blocks(fields: list[str]) -> list[object]:
    """Pairs that agree on any of these are compared."""
    rules = [block_on(field) for field in fields if field in FIELDS or field == "address_1"]
    rules.append(block_on("substr(birth_date, 1, 6)", "substr(family_name, 1, 3)"))
    return rules


def main() -> None:
    """Train, predict and write every pair with its match weight."""
    rows = pc.read_csv(
        sys.argv[1],
        convert_options=pc.ConvertOptions(
            column_types={n: pa.string() for n in header(sys.argv[1])},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    fields = [n for n in rows.column_names if n not in ("unique_id", "source")]
    two_files = len(set(rows["source"].to_pylist())) > 1
    settings = SettingsCreator(
        link_type="link_only" if two_files else "dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[comparison(field) for field in fields],
        blocking_rules_to_generate_predictions=blocks(fields),
        retain_intermediate_calculation_columns=False,
    )
    api = DuckDBAPI()
    tables = [
        rows.filter(pcompute.equal(rows["source"], source)).drop_columns(["source"])
        for source in sorted(set(rows["source"].to_pylist()))
    ]
    linker = Linker([api.register(t) for t in tables], settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "family_name", "birth_date"), block_on("birth_date", "postcode")],
        recall=0.7,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for columns in ROUNDS:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    found = linker.inference.predict(threshold_match_weight=-5).as_duckdbpyrelation()
    found.select("unique_id_l, unique_id_r, match_weight").to_csv(sys.argv[2], header=False)


def header(path: str) -> list[str]:
    """The names in the first line."""
    with Path(path).open(encoding="utf-8") as stream:
        return stream.readline().strip().split(",")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    main()
