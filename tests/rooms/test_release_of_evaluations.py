"""From people in the store to a published difference, by a registered protocol."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.core.contract import Contracts
from pipelines.core.errors import BadRelease
from pipelines.core.plan import Plan
from pipelines.core.settings import settings_from
from pipelines.core.stages import Release
from pipelines.house import House, open_house
from pipelines.release import make_release, plan_from_json, plan_release, plan_to_json, preview
from pipelines.synthetic.evaluated import EvaluatedWorld, make_evaluated_world
from tests.conftest import TEST_KEY
from tests.released import OPEN_TABLES, PERIOD_END, SIGNED, TODAY, put_in_store, text_table
from tests.statistics.test_evaluate_protocols import PROTOCOL

LEISURE = "harbour_leisure"
VISIT = ("person", "attended_on", "activity", "intensity", "minutes_source", "minutes", "visits")
VISITS = " | ".join(("provider", *VISIT))
EFFECT, PEOPLE = 60.0, 240
BORN = {"19-34": 2000, "35-49": 1985, "50-64": 1970, "65+": 1950}


def world() -> EvaluatedWorld:
    return make_evaluated_world(PEOPLE, EFFECT, 1)


def rows_of(made: EvaluatedWorld, form: str) -> list[str]:
    """A line for each person, with what the form names of them."""
    return [
        form.format(
            n=n,
            sex=made.levels["sex"][n],
            born=BORN[made.levels["age_band"][n]],
            condition=made.levels["condition"][n],
            started="2026-01-20" if made.started[n] else "",
        )
        for n in range(PEOPLE)
    ]


def visits_of(made: EvaluatedWorld) -> list[str]:
    """One visit before and one after, as long as all of a window's minutes."""
    spent = [("2026-01-05", made.before), ("2026-02-10", made.after)]
    return [
        f"{LEISURE} | p{n} | {day} | Swimming | moderate | scheduled | {4 * minutes[n]:.2f} | 1"
        for day, minutes in spent
        for n in range(PEOPLE)
    ]


def fill(house: House) -> None:
    """Everybody at one provider that delivers both visits and referrals; all consent."""
    made = world()
    put_in_store(house, "ons_geography", "0" * 12, OPEN_TABLES)
    tables: dict[str, tuple[str, Sequence[str]]] = {
        "person": (
            "provider | person | sex | birth_year",
            rows_of(made, "harbour_leisure | p{n} | {sex} | {born}"),
        ),
        "consent_period": ("provider | person", rows_of(made, "harbour_leisure | p{n}")),
        "person_referral": (
            "provider | person | programme | condition | referred_on | started_on",
            rows_of(
                made,
                LEISURE + " | p{n} | exercise_on_referral | {condition} | 2026-01-10 | {started}",
            ),
        ),
        "person_activity": (
            VISITS,
            visits_of(made),
        ),
    }
    intake = """
        provider        | drop_name  | table_name    | fate | code | rows
        harbour_leisure | 2026-11-20 | consent_event | kept |      | 9
    """
    texts = {name: text_table(*table) for name, table in tables.items()}
    put_in_store(house, "harbour_leisure", "1" * 12, {**texts, "intake_count": intake})


def with_protocol(house: House, **others: Any) -> House:
    """The house with one protocol, under which everybody is recruited, and one dataset."""
    outputs = {"evaluation": house.contracts.output("evaluation")}
    contracts = Contracts({**house.contracts.by_group, "outputs": outputs})
    protocols = (dataclasses.replace(PROTOCOL, **others),)
    return dataclasses.replace(house, contracts=contracts, protocols=protocols)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path_factory.mktemp("house")),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
    }
    opened = open_house(settings_from(environ), environ)
    fill(opened)
    return with_protocol(opened)


def planned(house: House) -> Plan:
    return plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY)


@pytest.fixture(scope="module")
def release(house: House) -> Release:
    return make_release(house, planned(house), SIGNED)


def test_a_known_effect_reaches_the_reader_within_its_limits(release: Release) -> None:
    rows = pq.read_table(release.folder / "QOP" / "evaluation.parquet").to_pylist()
    (found,) = [r for r in rows if r["indicator_id"] == "difference_in_recorded_minutes"]
    assert found["lower_ci_95"] <= EFFECT <= found["upper_ci_95"]
    assert found["protocol_sha256"] == PROTOCOL.sha256


def test_the_manifest_names_every_protocol(release: Release) -> None:
    manifest = json.loads((release.folder / "manifest.json").read_bytes())
    expected = {"protocol": "trial/1.0.0", "sha256": "0" * 64, "registered_on": "2026-01-01"}
    assert manifest["protocols"] == [{**expected, "refused": ""}]


@pytest.mark.parametrize("change", [{"sha256": "1" * 64}, {"version": "2.0.0"}])
@pytest.mark.usefixtures("release")
def test_a_protocol_that_a_release_named_is_never_replaced_or_removed(
    house: House, change: dict[str, str]
) -> None:
    with pytest.raises(BadRelease, match="protocol-changed"):
        planned(with_protocol(house, **change))


def test_a_plan_with_its_protocols_survives_json(house: House) -> None:
    plan = planned(house)
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


def test_a_protocol_that_changed_since_the_plan_makes_it_stale(house: House) -> None:
    with pytest.raises(BadRelease, match="plan-stale"):
        preview(with_protocol(house, sha256="1" * 64), planned(house), "QOP")


def test_a_protocol_that_came_after_its_data_is_not_used(house: House) -> None:
    late = with_protocol(house, registered_on=TODAY)
    plan = planned(late)
    (protected,) = preview(late, plan, "QOP")
    assert set(protected.table["estimate_value"].to_pylist()) <= {None}
    assert plan.protocols[0].refused
