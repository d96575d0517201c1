"""How well linkage finds the synthetic people that two organisations know, against the truth.

    python -m benchmarks.linkage_on_demo --people 20000

Deliveries go through the real intake line into a house of their own. The truth says which row of
which file is about whom; the benchmark, which stands in the red zone, follows rows to their keys.
"""

import argparse
import base64
import csv
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from pipelines.commands.demo import DEMO_DAY, write_synthetic
from pipelines.core.settings import settings_from
from pipelines.house import House, open_house
from pipelines.intake import take_in_all
from pipelines.pseudonymise.linkage import resolve_people

KEY = base64.b64encode(bytes(range(32))).decode()
PURPOSE = "service_evaluation"
MEMBER = "m1"
TOGETHER = "alike, or with dirt only"

Pair = frozenset[str]


@dataclass(frozen=True)
class Truth:
    """What is true of one member key."""

    person: int
    provider: str
    difference: str
    trap: str
    pair: str


def main() -> None:
    """Generate, take in, link, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = _taken_in(Path(folder), chosen.people, chosen.seed)
        begun = time.perf_counter()
        resolved, quality = resolve_people(
            house.settings, house.contracts, house.store, purpose=PURPOSE, as_of=DEMO_DAY
        )
        seconds = time.perf_counter() - begun
        truth = _truth(house)
    person_of = dict(
        zip(resolved["member_key"].to_pylist(), resolved["person_key"].to_pylist(), strict=True)
    )
    print(f"{len(person_of):,} members of {chosen.people:,} people linked in {seconds:.1f} s")
    print(quality)
    report({key: t for key, t in truth.items() if key in person_of}, person_of)


def report(truth: Mapping[str, Truth], person_of: Mapping[str, str]) -> None:
    """Print how far the links agree with the truth: in all, by kind of difference, by trap."""
    joined = _pairs((person_of[key], key) for key in truth)
    same = _pairs((str(t.person), key) for key, t in truth.items())
    for name, across in (("all pairs", None), ("two providers", True), ("one provider", False)):
        ours = _where(joined, truth, across)
        true = _where(same, truth, across)
        print(f"{name:32}{_figures(ours, true)}")
    print("\nfound, of pairs at two providers, by how their records differ")
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for pair in _where(same, truth, across=True):
        kind = next((truth[k].difference for k in sorted(pair) if truth[k].difference), TOGETHER)
        total[kind] += 1
        found[kind] += pair in joined
    for kind in sorted(total):
        print(f"{kind:32}{found[kind]:6} of {total[kind]}")
    print("\nmerged, of pairs that only look alike")
    for kind, pairs in sorted(_traps(truth).items()):
        print(f"{kind:32}{sum(pair in joined for pair in pairs):6} of {len(pairs)}")


def _taken_in(home: Path, people: int, seed: int) -> House:
    environ = {"WIDEBRIDGE_HOME": str(home / "home"), "WIDEBRIDGE_ROOT_KEY": KEY}
    settings = settings_from(environ)
    write_synthetic(settings, people, seed, [])
    house = open_house(settings, environ)
    _, refusals = take_in_all(house, None, as_of=DEMO_DAY, progress=lambda _: None)
    if refusals:
        raise SystemExit(str(refusals[0]))
    return house


def _truth(house: House) -> dict[str, Truth]:
    """The truth about each member key, by way of the rows that the sidecar points to."""
    lines = defaultdict(list)
    with (house.settings.inbox.parent / "truth" / "linkage.csv").open(newline="") as stream:
        for line in csv.DictReader(stream):
            lines[line["provider"], line["drop"], line["file"]].append(line)
    truth = {}
    for (provider, drop, name), here in lines.items():
        references = _references(house, provider, house.settings.inbox / provider / drop / name)
        of_lines = [references[int(line["row"]) - 1] for line in here]
        keys = house.keys.keyed_hash(MEMBER, (provider,))(of_lines)
        for key, line in zip(keys, here, strict=True):
            truth[key] = Truth(
                int(line["person"]), provider, line["difference"], line["trap"], line["pair"]
            )
    return truth


def _references(house: House, provider: str, path: Path) -> list[str]:
    """The provider's own number in each row of a file about people, in order."""
    files = house.agreements[provider].files
    agreed = next(f for f in files if f.table == "participant")
    column = next(c for c, canonical in agreed.columns.items() if canonical == "person_ref")
    return [str(row[column]) for row in _rows(path)]


def _rows(path: Path) -> Sequence[Mapping[str, object]]:
    if path.suffix == ".json":
        rows: Sequence[Mapping[str, object]] = json.loads(path.read_text("utf-8"))
        return rows
    # Every byte is a character of Latin-1, and references are plain ASCII in any encoding.
    with path.open(encoding="latin-1", newline="") as stream:
        return [{k.removeprefix("ï»¿"): v for k, v in r.items()} for r in csv.DictReader(stream)]


def _pairs(members: Iterable[tuple[str, str]]) -> set[Pair]:
    groups = defaultdict(list)
    for group, member in members:
        groups[group].append(member)
    return {frozenset(pair) for group in groups.values() for pair in combinations(group, 2)}


def _where(pairs: set[Pair], truth: Mapping[str, Truth], across: bool | None) -> set[Pair]:
    """The pairs at two providers, or at one, or all."""
    if across is None:
        return pairs
    return {p for p in pairs if (len({truth[k].provider for k in p}) > 1) is across}


def _figures(ours: set[Pair], true: set[Pair]) -> str:
    right = len(ours & true)
    precision = right / len(ours) if ours else 1.0
    recall = right / len(true) if true else 1.0
    score = 2 * right / (len(ours) + len(true)) if ours or true else 1.0
    return (
        f"precision {precision:.4f}  recall {recall:.4f}  F1 {score:.4f}  "
        f"({right:,} right of {len(ours):,} made, {len(true):,} true)"
    )


def _traps(truth: Mapping[str, Truth]) -> dict[str, set[Pair]]:
    """Every pair of records of two different people that make a trap, by kind."""
    members = defaultdict(list)
    for key, told in truth.items():
        if told.trap:
            members[told.trap, told.pair].append(key)
    kinds: dict[str, set[Pair]] = defaultdict(set)
    for (kind, _), keys in members.items():
        for one, other in combinations(keys, 2):
            if truth[one].person != truth[other].person:
                kinds[kind].add(frozenset((one, other)))
    return kinds


if __name__ == "__main__":
    main()
