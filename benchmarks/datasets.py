"""What each dataset costs in CPU seconds per million visits, and what it costs without any.

`python -m benchmarks.datasets [people more_people]` makes two stores of synthetic people, counts
every dataset over every ICB in both, and divides what the second costs more by the visits that it
holds more. What protection costs does not depend on visits: it stands beside, once for the demo's
size. CPU seconds are of this process, with all its threads.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipelines import measure
from pipelines.audit.ledger import FileLedger
from pipelines.commands.console import take_in_with_progress
from pipelines.commands.demo import DEMO_DAY, THROUGH, write_synthetic
from pipelines.core.settings import settings_from
from pipelines.house import House, open_house
from pipelines.matching import match_people
from pipelines.pseudonymise.keys import make_demo_ring
from pipelines.release import PURPOSE, plan_release, preview

SEED = 1


class Cost(NamedTuple):
    """A store's visits, and the CPU seconds of counting each dataset."""

    visits: int
    seconds: Mapping[str, float]


def main(few: int, many: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        small_house = _filled(Path(folder) / "few", few)
        protect_seconds = _seconds_to_protect(small_house)
        small, large = _counted(small_house), _counted(_filled(Path(folder) / "many", many))
    more = (large.visits - small.visits) / 1e6
    print(f"{small.visits:,} and {large.visits:,} visits")
    print(f"{'dataset':<24}{'counting, s per million visits':>32}{'without visits, s':>20}")
    for name in sorted(small.seconds):
        slope = (large.seconds[name] - small.seconds[name]) / more
        rest = small.seconds[name] - slope * small.visits / 1e6
        print(f"{name:<24}{slope:>32.2f}{max(rest, 0):>20.2f}")
    print(f"count, protect and attack all, {few:,} people: {protect_seconds:.1f} s")


def _filled(home: Path, people: int) -> House:
    environ: dict[str, str] = {"WIDEBRIDGE_HOME": str(home)}
    settings = settings_from(environ)
    make_demo_ring(settings, environ, FileLedger(settings.ledger), DEMO_DAY)
    write_synthetic(settings, people, SEED, [])
    house = open_house(settings, environ)
    take_in_with_progress(house, None, DEMO_DAY)
    return house


def _counted(house: House) -> Cost:
    plan = plan_release(house, vintage="2026", period_end=THROUGH, as_of=DEMO_DAY)
    shape = house.contracts.shape("measured")
    seconds: dict[str, float] = defaultdict(float)
    people = match_people(house, PURPOSE, DEMO_DAY)
    with (
        _clock("consent and shared tables", seconds),
        measure.open_measures(
            house.settings, house.contracts, house.agreements.values(), house.store,
            purpose=PURPOSE, as_of=DEMO_DAY, resolved=people.file,
        ) as engine,
    ):  # fmt: skip
        visits = engine.run("select sum(visits) as visits from person_activity", {})
        for area in plan.areas:
            for contract in house.contracts.outputs:
                with _clock(contract.name, seconds):
                    measure.measure(contract, shape, plan.scope(area), engine)
    shared = seconds["consent and shared tables"]
    seconds["consent and shared tables"] = 2 * shared - sum(seconds.values())
    return Cost(int(visits["visits"][0].as_py()), seconds)


def _seconds_to_protect(house: House) -> float:
    plan = plan_release(house, vintage="2026", period_end=THROUGH, as_of=DEMO_DAY)
    begun = time.process_time()
    for area in plan.areas:
        preview(house, plan, area.code)
    return time.process_time() - begun


@contextmanager
def _clock(name: str, seconds: dict[str, float]) -> Iterator[None]:
    begun = time.process_time()
    yield
    seconds[name] += time.process_time() - begun


if __name__ == "__main__":
    sizes = [int(text) for text in sys.argv[1:]] or [4_000, 40_000]
    main(*sizes)
