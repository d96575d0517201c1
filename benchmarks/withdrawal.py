"""How long a withdrawal takes, from the delivery that tells of it to a clean store and a release.

    python -m benchmarks.withdrawal --people 20000

The keys under which the store knew the people who withdrew are then looked for in every byte of the
house, sealed files opened. The same search before the withdrawal shows that it can find them.
"""

import argparse
import base64
import json
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.commands.demo import (
    DEMO_DAY,
    THROUGH,
    make_demo_officers,
    sign_for_demo,
    write_synthetic,
)
from pipelines.core.settings import settings_from
from pipelines.house import House, open_house
from pipelines.intake import find_all_drops, take_in
from pipelines.release import make_release, plan_release
from tests.canary.search import Found, Searcher

KEY = base64.b64encode(bytes(range(32))).decode()
LAST = "2026-10-12"
MEMBER = "m1"


def main() -> None:
    """Generate, take in, withdraw, search and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20_000)
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder), parser.parse_args().people)


def _run(folder: Path, people: int) -> None:
    environ = {"WIDEBRIDGE_HOME": str(folder / "home"), "WIDEBRIDGE_ROOT_KEY": KEY}
    house = open_house(settings_from(environ), environ)
    make_demo_officers(house.settings)
    write_synthetic(house.settings, people, 1, [])
    drops = find_all_drops(house, None)
    _take_in(house, [d for d in drops if d[1] != LAST])
    before = _members(house)
    shutting = [d for d in drops if d[1] == LAST]
    keys = {p: _withdrawing(house, p) & before for p, _ in shutting}
    gone = set().union(*keys.values())
    print(f"{people:,} people, {len(before):,} members in the store, {len(gone):,} withdraw.")
    print(f"before:  {_search(house, gone)}")
    started = time.perf_counter()
    for drop in shutting:
        _take_in(house, [drop])
        print(f"         {drop[0]}: in, and out of the store, after {_since(started)}")
    print(f"after:   {_search(house, gone)}")
    plan = plan_release(house, vintage="2026", period_end=THROUGH, as_of=DEMO_DAY)
    make_release(house, plan, sign_for_demo)
    print(f"release: {len(plan.areas)} ICBs without them, {_since(started)} after the event came")
    print(f"after:   {_search(house, gone)}")


def _take_in(house: House, drops: Iterable[tuple[str, str]]) -> None:
    for provider, drop in drops:
        take_in(house, provider, drop, as_of=DEMO_DAY)


def _members(house: House) -> set[str]:
    parts = house.store.parts("person")
    return {key for part in parts for key in pq.read_table(part)["member_key"].to_pylist()}


def _withdrawing(house: House, provider: str) -> set[str]:
    """The store's keys of those who withdraw, from the delivery itself: this is the red zone."""
    refs = set()
    for path in (house.settings.inbox / provider / LAST).glob("consent*"):
        if path.suffix == ".json":
            rows = [list(map(str, row.values())) for row in json.loads(path.read_text("utf-8"))]
        else:
            rows = [line.split(",") for line in path.read_text("cp1252").splitlines()]
        refs |= {row[0] for row in rows if "withdrawn" in row and any(map(_is_new, row))}
    return set(house.keys.keyed_hash(MEMBER, (provider,))(sorted(refs)))


def _is_new(cell: str) -> bool:
    """A day of the last delivery's month: who withdrew before may have agreed again since."""
    return cell.startswith("2026-10-") or cell.endswith("/10/2026")


def _search(house: House, marks: Iterable[str]) -> Found:
    """Every byte that the house wrote; the inbox is the providers'."""
    searcher, home = Searcher(sorted(marks)), house.settings.home
    found = Found()
    for zone in sorted(f for f in home.iterdir() if f.is_dir() and f != house.settings.inbox):
        found += searcher.folder(zone)
    with tempfile.TemporaryDirectory() as opened:
        for path in house.settings.red.rglob("*.sealed"):
            place = path.relative_to(house.settings.red).as_posix()
            (Path(opened) / place.replace("/", "_")).write_bytes(
                house.keys.unseal(place, path.read_bytes())
            )
        found += searcher.folder(Path(opened))
    return found


def _since(started: float) -> str:
    return f"{time.perf_counter() - started:.1f} s"


if __name__ == "__main__":
    main()
