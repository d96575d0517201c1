"""What an output declares for disclosure control is read strictly, and nothing is left open."""

from pathlib import Path

import pytest

from pipelines.core.contract import Contract
from pipelines.core.contract_file import load_contracts, read_contract
from pipelines.core.disclosure import Disclosure, Population, Profile, status_leaves
from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT

SCHEMAS = PROJECT / "schemas"
CONTRACTS = load_contracts(SCHEMAS)
SHAPES = CONTRACTS.by_group["shapes"]
PROGRAMME = (SCHEMAS / "outputs" / "programme_outcomes.yaml").read_text()
COVERAGE = (SCHEMAS / "outputs" / "provider_coverage.yaml").read_text()

REFERRED = Population("referred")
STARTED = Population("started", within="referred")


def declared(contract: Contract) -> Disclosure:
    assert contract.disclosure is not None
    return contract.disclosure


def read_changed(tmp_path: Path, text: str, before: str, after: str) -> Contract:
    assert before in text
    path = tmp_path / "output.yaml"
    path.write_text(text.replace(before, after, 1))
    return read_contract(path, SHAPES)


def test_every_output_declares_what_it_publishes() -> None:
    assert len(CONTRACTS.outputs) >= 3
    assert [c.name for c in CONTRACTS.outputs if c.disclosure is None] == []


def test_only_outputs_declare_what_is_published() -> None:
    others = [c for c in CONTRACTS if c not in CONTRACTS.outputs]
    assert len(others) > 10
    assert [c.name for c in others if c.disclosure] == []


def test_an_indicator_names_its_population_and_its_denominators() -> None:
    of_indicator = declared(CONTRACTS.output("programme_outcomes")).of_indicator
    assert of_indicator["adhered_of_referred"] == ("adhered", "referred")


def test_a_mean_is_of_those_counted_and_has_no_denominator() -> None:
    of_indicator = declared(CONTRACTS.output("programme_outcomes")).of_indicator
    assert of_indicator["change_in_weight_12_weeks"] == ("paired_weight_12_weeks", None)


def test_every_output_is_of_the_nhs_profile_unless_it_says_otherwise() -> None:
    profiles = {c.name: declared(c).profile for c in CONTRACTS.outputs}
    assert profiles.pop("provision") is Profile.PUBLIC
    assert set(profiles.values()) == {Profile.NHS}


def test_members_and_people_at_entry_are_not_linked() -> None:
    trees = declared(CONTRACTS.output("inactive_population")).trees()
    assert [[p.id for p in tree] for tree in trees] == [
        [
            "adults",
            "modelled_inactive",
            "modelled_lowest",
            "modelled_highest",
            "survey_lower",
            "survey_upper",
        ],
        ["adult_members", "low_attendance_adults"],
        ["starters"],
        ["entrants", "inactive_entrants"],
    ]


def test_branches_are_seen_one_at_a_time_beside_their_trunk() -> None:
    disclosure = declared(CONTRACTS.output("programme_outcomes"))
    trunk = ["referred", "started", "adhered", "completed"]
    seen = disclosure.seen_together({"paired_weight_12_weeks", "paired_bmi_12_weeks"})
    assert [[p.id for p in some] for some in seen] == [
        [*trunk, "paired_weight_12_weeks", "reached_weight_12_weeks"],
        [*trunk, "paired_bmi_12_weeks"],
        ["started_earlier"],
    ]


def test_every_population_is_seen_together_with_all_that_it_lies_within() -> None:
    for contract in CONTRACTS.outputs:
        disclosure = declared(contract)
        everything = {p.id for p in disclosure.populations}
        seen = [{p.id for p in some} for some in disclosure.seen_together(everything)]
        beside = [set(disclosure.ancestry(name)) for name in everything]
        assert [line for line in beside if not any(line <= some for some in seen)] == []


def test_a_tree_without_branches_is_seen_whole() -> None:
    disclosure = declared(CONTRACTS.output("inactive_population"))
    assert disclosure.seen_together(()) == disclosure.trees()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("      profile: nhs\n", "", "lacks profile"),
        ("profile: nhs", "profile: none", "disclosure.profile"),
        ("profile: nhs", "profile: nhs\n      rounding: 5", "unknown keys in disclosure"),
        ("- id: referred\n        -", "- {id: referred, size: 5}\n        -", "unknown keys"),
        ("- id: referred\n        -", "- {within: started}\n        -", "lacks id"),
        ("- {id: started, within: referred}", "- started", "no mapping"),
        ("- {id: adhered, within: started}", "- {id: started, within: referred}", "twice"),
        ("within: referred", "within: invited", "started.within"),
        ("- id: referred\n        -", "- {id: referred, within: started}\n        -", "circle"),
        ("{id: started, within", "{id: started, public: maybe, within", "public"),
        ("by: [icb]", "by: [sex]", "area first"),
        ("by: [icb]", "by: []", "no list at disclosure.tables.by"),
        ("by: [icb, sex]", "by: [icb, colour]", "dimension"),
        ("by: [icb, sex]", "by: [icb, ltla]", "dimension"),
        ("by: [icb, sex]", "by: [icb, condition, deprivation_quintile]", "two categories"),
        ("by: [icb, sex]", "by: [icb]", "one table twice"),
        ("by: [icb]", "by: [icb]\n          of: people", "unknown keys in disclosure.tables"),
        ("populations: [referred, started", "populations: [invited, started", "population in"),
        ("populations: [referred, started", "populations: [started, started", "words"),
        ("- id: referred\n        -", "- {id: referred, one_at_a_time: true}\n        -",
         "one_at_a_time"),
        ("{id: reached_weight_12_weeks,",
         "{id: reached_weight_12_weeks, one_at_a_time: true,", "one_at_a_time"),
        ("profile: nhs", "profile: additive", "one_at_a_time"),
        ("        counts: referred\n", "", "indicators.referred.counts"),
        ("        counts: referred\n", "        counts: invited\n", "indicators.referred.counts"),
        ("counts: started\n        of: referred", "counts: started", "started_of_referred.of"),
        ("of: referred", "of: completed", "started_of_referred.of"),
        ("of: referred", "of: started", "started_of_referred.of"),
        ("counts: referred\n", "counts: started\n        of: referred\n", "referred.of"),
        ("- id: referred\n", "- id: referred\n        - id: invited\n", "in no indicator: invited"),
        ("      tables:", "      disjoint: [[started, adhered]]\n      tables:", "from its own"),
        ("      tables:", "      disjoint: [[adhered, lost]]\n      tables:", "disjoint"),
        ("{id: started, within", "{id: Started+1, within", "lower-case"),
    ],
)  # fmt: skip
def test_a_disclosure_that_is_not_whole_is_refused(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    with pytest.raises(BadContract, match=says):
        read_changed(tmp_path, PROGRAMME, before, after)


def test_a_population_in_no_table_is_refused(tmp_path: Path) -> None:
    text = PROGRAMME.replace(" paired_bmi_12_weeks,\n", "\n")
    with pytest.raises(BadContract, match="in no table: paired_bmi_12_weeks"):
        read_changed(tmp_path, text, "profile", "profile")


def test_indicators_without_a_disclosure_are_refused(tmp_path: Path) -> None:
    start, end = PROGRAMME.index("  - property: disc"), PROGRAMME.index("  - property: indicators")
    with pytest.raises(BadContract, match="no disclosure"):
        read_changed(tmp_path, PROGRAMME, PROGRAMME[start:end], "")


@pytest.mark.parametrize(
    "parts",
    ["[rows_kept, days_with_a_visit]", "[people_contributing, rows_received]"],
)
def test_a_partition_is_of_one_population(tmp_path: Path, parts: str) -> None:
    before = "[rows_kept, rows_refused, rows_quarantined]"
    with pytest.raises(BadContract, match="within one population"):
        read_changed(tmp_path, COVERAGE, before, parts)


def test_a_refusal_names_the_file_and_the_place(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match=r"output\.yaml has no valid disclosure\.profile"):
        read_changed(tmp_path, PROGRAMME, "profile: nhs", "profile: none")


def test_a_table_is_declared_whatever_the_order_of_its_dimensions() -> None:
    disclosure = declared(CONTRACTS.output("inactive_population"))
    assert disclosure.is_declared("adult_members", ["age_band", "icb", "sex"])


def test_a_finer_table_is_not_declared_by_a_coarser_one() -> None:
    disclosure = declared(CONTRACTS.output("inactive_population"))
    assert not disclosure.is_declared("entrants", ["icb", "sex", "age_band"])


def test_a_population_lies_within_every_one_outwards() -> None:
    disclosure = declared(CONTRACTS.output("programme_outcomes"))
    assert disclosure.ancestry("adhered") == ("adhered", "started", "referred")


def test_four_steps_after_a_start_leave_seventeen_kinds_of_people() -> None:
    steps = [Population(f"step_{n}", within="started") for n in range(4)]
    leaves, _ = status_leaves([REFERRED, STARTED, *steps])
    assert len(leaves) == len(set(leaves)) == 17


def test_a_population_is_the_group_of_every_kind_that_it_holds() -> None:
    completed = Population("completed", within="started")
    assert status_leaves([REFERRED, STARTED, completed]) == (
        ("only referred", "only referred+started", "only referred+started+completed"),
        {
            "referred": (
                "only referred", "only referred+started", "only referred+started+completed",
            ),
            "started": ("only referred+started", "only referred+started+completed"),
            "completed": ("only referred+started+completed",),
        },
    )  # fmt: skip


def test_the_order_of_the_populations_changes_no_group() -> None:
    populations = [REFERRED, STARTED, Population("completed", within="started")]
    _, groups = status_leaves(populations)
    _, turned = status_leaves(populations[::-1])
    assert {k: set(v) for k, v in groups.items()} == {k: set(v) for k, v in turned.items()}


PARTS = [Population(name, within="received") for name in ("kept", "refused")]
RECEIVED = Population("received")


def test_populations_that_may_overlap_do() -> None:
    leaves, _ = status_leaves([RECEIVED, *PARTS])
    assert set(leaves) == {
        "only received", "only received+kept", "only received+refused",
        "only received+kept+refused",
    }  # fmt: skip


def test_disjoint_populations_do_not_overlap() -> None:
    leaves, _ = status_leaves([RECEIVED, *PARTS], [("kept", "refused")])
    assert set(leaves) == {"only received", "only received+kept", "only received+refused"}


def test_a_partition_leaves_nobody_over() -> None:
    leaves, _ = status_leaves([RECEIVED, *PARTS], (), [("kept", "refused")])
    assert set(leaves) == {"only received+kept", "only received+refused"}


def test_what_lies_within_disjoint_populations_is_disjoint() -> None:
    children = [Population("late", within="kept"), Population("early", within="refused")]
    leaves, _ = status_leaves([RECEIVED, *PARTS, *children], [("late", "early")])
    assert "only received+kept+late+refused" in leaves
    assert not [leaf for leaf in leaves if "late" in leaf and "early" in leaf]


def test_trees_are_not_linked() -> None:
    _, groups = status_leaves([REFERRED, RECEIVED])
    assert set(groups["referred"]) & set(groups["received"]) == set()


def test_an_outputs_partition_is_disjoint_too() -> None:
    disclosure = declared(CONTRACTS.output("provider_coverage"))
    assert disclosure.partitions == disclosure.disjoint != ()
