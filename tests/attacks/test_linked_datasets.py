"""Joining datasets: each is safe alone, and who has both of them subtracts one from the other.

Figure: secrets of an ICB with fewer than five possible values, all its datasets at once: 0.
"""

from collections.abc import Sequence

import pytest

from benchmarks.disclosure.line import Table
from benchmarks.disclosure.together import attack_together
from pipelines import measure
from pipelines.commands.demo import DEMO_DAY, THROUGH, write_synthetic
from pipelines.core.settings import settings_from
from pipelines.core.stages import Measured
from pipelines.house import open_house
from pipelines.intake import take_in_all
from pipelines.matching import match_people
from pipelines.protect import protect, protect_together
from pipelines.protect.audit import Verdict
from pipelines.release import PURPOSE, plan_release
from tests.conftest import TEST_KEY
from tests.rooms.protect.made_tables import CONTRACTS, LIMITS, measured, row

STARTED = [row("completed_of_started", 30, 80)]
OF_REFERRED = [row("started_of_referred", 80, 82)]
"""Two of 82 never started: 80 beside 80 tells that they are few."""
PAIR = [measured(STARTED), measured(OF_REFERRED, CONTRACTS.output("inequalities"))]


def alone(datasets: Sequence[Measured]) -> Verdict:
    """What is undone when each dataset is protected as if there were no other."""
    tables = [Table(m, protect(m, LIMITS), 0.0) for m in datasets]
    return attack_together(tables, LIMITS)


def together(datasets: Sequence[Measured]) -> Verdict:
    protected = protect_together(datasets, LIMITS)
    tables = [Table(m, p, 0.0) for m, p in zip(datasets, protected, strict=True)]
    return attack_together(tables, LIMITS)


def test_two_datasets_protected_alone_tell_of_a_few_left_over() -> None:
    assert alone(PAIR).certain_small == 1


def test_ours_protects_them_together() -> None:
    found = together(PAIR)
    assert (found.sensitive, found.passes) == (1, True)


@pytest.fixture(scope="module")
def an_icb(tmp_path_factory: pytest.TempPathFactory) -> list[Measured]:
    """Every dataset of one ICB of the made-up world, exact."""
    home = tmp_path_factory.mktemp("linked")
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "none"),
    }
    settings = settings_from(environ)
    write_synthetic(settings, 400, 1, [])
    house = open_house(settings, environ)
    take_in_all(house, None, as_of=DEMO_DAY, progress=lambda _: None)
    plan = plan_release(house, vintage="2026", period_end=THROUGH, as_of=DEMO_DAY, icbs=["QOP"])
    people, shape = match_people(house, PURPOSE, DEMO_DAY), house.contracts.shape("measured")
    with measure.open_measures(
        settings, house.contracts, house.agreements.values(), house.store,
        purpose=PURPOSE, as_of=DEMO_DAY, resolved=people.file,
    ) as engine:  # fmt: skip
        scope = plan.scope(plan.areas[0])
        return [measure.measure(c, shape, scope, engine) for c in house.contracts.outputs]


def test_nothing_is_undone_by_all_datasets_of_an_icb_at_once(an_icb: list[Measured]) -> None:
    found = together(an_icb)
    assert (found.sensitive > 100, found.passes, found.narrowest) == (True, True, 5)
