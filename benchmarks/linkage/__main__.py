"""Ours and others on the same rows: python -m benchmarks.linkage [A.csv B.csv truth.csv]."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.linkage.ours import linked_pairs
from benchmarks.linkage.peer import PEERS, Peer, weighed_pairs
from benchmarks.linkage.records import (
    FEBRL,
    FIELDS,
    Pair,
    Records,
    febrl,
    febrl_folder,
    two_files,
)
from benchmarks.linkage.score import Score, best_score, score
from benchmarks.linkage.twins import with_twins
from pipelines.pseudonymise.linkage_rule import BALANCED, CAREFUL

LINE = "{:<44}{:>10}{:>8}{:>8}{:>9}"


def main() -> None:
    """Measure and print one table a test set."""
    asked = _arguments()
    print(
        "A peer's figures are at the threshold that suits it best, chosen with the truth in hand;"
    )
    print("ours are at the rule's own, set on FEBRL 1 to 3.")
    for records in _sets(asked):
        print(f"\n{records.name}: {len(records.rows):,} records, {len(records.truth):,} true pairs")
        print(LINE.format("", "precision", "recall", "F1", "seconds"))
        _compare(records, asked.peers)
    if not asked.files:
        _compare_twins(asked)


def _compare(records: Records, peers: Sequence[Peer]) -> None:
    ours = records.only(FIELDS)
    for rule in (BALANCED, CAREFUL):
        pairs, seconds, _ = linked_pairs(ours, rule)
        _print(f"widebridge, {rule.name} rule", score(pairs, records.truth), seconds)
    more = len(records.rows[0]) > len(ours.rows[0])
    for peer in peers:
        found, seconds = weighed_pairs(peer, ours)
        _print(peer.name, best_score(records, found)[0], seconds)
        if more and peer.all_fields:
            found, seconds = weighed_pairs(peer, records)
            _print(f"{peer.name}, all fields", best_score(records, found)[0], seconds)


def _compare_twins(asked: argparse.Namespace) -> None:
    """How many twins each would make one person."""
    records, wrong = with_twins(_febrl_set("4", asked).only(FIELDS))
    print(f"\n{records.name}: {len(records.rows) - len(_febrl_set('4', asked).rows):,} twins")
    print(f"{'':<44}{'merged':>10}{'F1':>8}")
    for rule in (BALANCED, CAREFUL):
        pairs, _, _ = linked_pairs(records, rule)
        _print_twins(f"widebridge, {rule.name} rule", pairs, wrong, score(pairs, records.truth))
    for peer in asked.peers:
        found, _ = weighed_pairs(peer, records)
        best, kept = best_score(records, found)
        _print_twins(peer.name, kept, wrong, best)


def _print(name: str, result: Score, seconds: float) -> None:
    figures = (f"{result.precision:.4f}", f"{result.recall:.4f}", f"{result.f1:.4f}")
    print(LINE.format(name, *figures, f"{seconds:.1f}"), flush=True)


def _print_twins(name: str, pairs: set[Pair], wrong: frozenset[Pair], result: Score) -> None:
    merged = len({pair for pair in pairs if pair in wrong})
    print(f"{name:<44}{merged:>10,}{result.f1:>8.4f}", flush=True)


def _sets(asked: argparse.Namespace) -> Iterator[Records]:
    if asked.files:
        left, right, truth = asked.files
        yield two_files(left, right, truth, _columns(asked.columns))
        return
    for number in FEBRL:
        yield _febrl_set(number, asked)


def _febrl_set(number: str, asked: argparse.Namespace) -> Records:
    return febrl(number, asked.febrl or febrl_folder())


def _columns(text: str) -> dict[str, str]:
    named = {"unique_id": "id", **{field: field for field in FIELDS}}
    return {**named, **dict(part.split("=", 1) for part in text.split(",") if part)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="A.csv B.csv truth.csv; else FEBRL")
    parser.add_argument("--columns", default="", help="ours=theirs,... (unique_id, given_name, …)")
    parser.add_argument("--febrl", type=Path, help="the folder of dataset1.csv to dataset4b.csv")
    parser.add_argument(
        "--alone", dest="peers", action="store_const", const=(), default=PEERS, help="no peers"
    )
    asked = parser.parse_args()
    if len(asked.files) not in (0, 3):
        parser.error("name two files and a truth file, or none")
    return asked


if __name__ == "__main__":
    main()
