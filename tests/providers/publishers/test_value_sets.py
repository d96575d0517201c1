"""Value sets of outcome measures: every published value comes out as it was published."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.core.errors import BadDelivery
from pipelines.core.settings import settings_from
from pipelines.house import open_house
from pipelines.intake import take_in
from pipelines.source import list_drops
from pipelines.source.formats.eq5d_coefficients import read
from tests.conftest import TEST_KEY
from tests.providers.publishers.conftest import DAY, Library

STATED = Path("proms") / "eq5d5l_value_set_coefficients_UK2026_England2018.csv"
CROSSWALK = Path("proms") / "eq5d5l_uk_crosswalk_vanhout2012.csv"
METRIC = Path("proms") / "swemwbs_raw_to_metric.csv"

Values = Mapping[str, Mapping[str, Decimal]]


@pytest.fixture(scope="module")
def published(reference: Path) -> Values:
    with (reference / STATED).open("rb") as stream:
        return {
            table["value_set"][0].as_py(): {
                profile: Decimal(value)
                for profile, value in zip(
                    table["profile"].to_pylist(), table["value"].to_pylist(), strict=True
                )
            }
            for table in read(stream, {})
        }


@pytest.mark.parametrize(("value_set", "worst"), [("UK", "-0.567"), ("England", "-0.285")])
def test_the_worst_state_has_its_published_value(
    published: Values, value_set: str, worst: str
) -> None:
    assert published[value_set]["55555"] == Decimal(worst)


@pytest.mark.parametrize("value_set", ["UK", "England"])
def test_every_state_has_a_value_and_full_health_is_one(published: Values, value_set: str) -> None:
    values = published[value_set]
    assert (len(values), values["11111"]) == (3125, Decimal(1))


def test_the_best_state_below_full_health_is_as_published(published: Values) -> None:
    """0.950, of 11211 among others: Devlin et al. 2018."""
    below = {v: p for p, v in published["England"].items() if v < 1 and p == "11211"}
    assert max(v for v in published["England"].values() if v < 1) == Decimal("0.950") == min(below)


@pytest.mark.parametrize("value_set", ["UK", "England"])
def test_a_worse_level_is_never_worth_more(published: Values, value_set: str) -> None:
    values = published[value_set]
    worse = [
        (values[profile], values[profile[:place] + str(int(level) + 1) + profile[place + 1 :]])
        for profile in values
        for place, level in enumerate(profile)
        if level != "5"
    ]
    assert len(worse) == 12_500
    assert [pair for pair in worse if pair[1] > pair[0]] == []


@pytest.fixture(scope="module")
def proms(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Library:
    """The value sets and the facts that come with the software, through the whole intake line."""
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path_factory.mktemp("home")),
        "WIDEBRIDGE_REFERENCE": str(reference),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
    }
    house = open_house(settings_from(environ), environ)
    summaries = {
        name: take_in(house, name, drop, as_of=DAY)
        for name in ("outcome_facts", "outcome_value_sets")
        for drop in list_drops(house.settings, house.agreements[name])
    }
    return Library(house, summaries)


def test_every_row_is_kept(proms: Library) -> None:
    counts = {**proms.counts("outcome_facts"), **proms.counts("outcome_value_sets")}
    assert set(counts) == {"outcome_scale", "minimal_difference", "score_value"}
    assert [table for table, (received, kept) in counts.items() if received != kept] == []


def test_facts_say_of_every_scale_what_its_value_set_can_give(proms: Library) -> None:
    query = "select scale, min(value), max(value) from stored group by scale"
    given = {scale: (low, high) for scale, low, high in proms.ask("score_value", query)}
    said = {
        scale: (low, high)
        for scale, low, high in proms.ask(
            "outcome_scale", "select scale, lowest, highest from stored"
        )
    }
    assert (len(given), given) == (4, {scale: said[scale] for scale in given})


def stored_values(library: Library, scale: str) -> dict[int, float]:
    query = f"select recorded, value from stored where scale = '{scale}'"
    return {int(recorded): value for recorded, value in library.ask("score_value", query)}


def test_every_state_of_the_crosswalk_is_stored_as_published(
    proms: Library, reference: Path
) -> None:
    with (reference / CROSSWALK).open(newline="") as text:
        rows = {
            int(r["state"]): float(r["uk_3L_via_vanHout_crosswalk"]) for r in csv.DictReader(text)
        }
    assert (len(rows), rows[55555]) == (3125, -0.594)
    assert stored_values(proms, "eq5d5l_crosswalk_2012") == rows


def test_every_raw_sum_is_stored_with_its_metric_score(proms: Library, reference: Path) -> None:
    with (reference / METRIC).open(newline="") as text:
        rows = {int(r["raw"]): float(r["metric"]) for r in csv.DictReader(text)}
    assert (min(rows), max(rows)) == (7, 35)
    assert stored_values(proms, "swemwbs") == rows


@pytest.mark.parametrize(
    ("scale", "worst"),
    [
        ("eq5d5l_uk_2026", -0.567),
        ("eq5d5l_england_2018", -0.285),
        ("eq5d5l_crosswalk_2012", -0.594),
    ],
)
def test_the_worst_state_is_stored_under_each_value_set(
    proms: Library, scale: str, worst: float
) -> None:
    assert stored_values(proms, scale)[55555] == worst


TERMS = ["StartValue", *(f"{d}{n}" for d in ("MO", "SC", "UA", "PD", "AD") for n in range(1, 6))]


def coefficients(terms: list[str], value: str = "0") -> bytes:
    return "\n".join(["term,UK", *(f"{term},{value}" for term in terms)]).encode()


@pytest.mark.parametrize(
    "content",
    [
        coefficients(TERMS[:-1]),
        coefficients([*TERMS, "MO2"]),
        coefficients([*TERMS, "VAS1"]),
        coefficients(TERMS, "high"),
        coefficients(TERMS, "nan"),
        b"term\n" + "\n".join(TERMS).encode(),
    ],
    ids=["a term lacks", "a term twice", "another term", "a word", "no number", "no column"],
)
def test_coefficients_that_are_not_whole_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "coefficients.csv"
    path.write_bytes(content)
    with path.open("rb") as stream, pytest.raises(BadDelivery, match="coefficients"):
        list(read(stream, {}))
