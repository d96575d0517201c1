"""How long it takes to undo a hash of the NHS number by trying every number: unkeyed, and ours.

    python -m benchmarks.dictionary_attack [--numbers N] [--planted N]

An attacker has a list of hashes and knows how they were made. He tries the numbers of a range and
looks each hash up. There are 909,090,909 valid numbers (ten digits, modulus 11); the time for all
of them is worked out from the range tried here. Numbers are of the synthetic range, 999.
"""

import argparse
import base64
import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipelines.core.ports import Recipient
from pipelines.pseudonymise.keys import RootKey

ALL_VALID = 909_090_909
"""Of 10^9 beginnings of nine digits, one in eleven has no check digit."""
BATCH = 20_000
ICS = Recipient("QOP", "service_evaluation", "respected", 1)
OTHERS = (
    Recipient("QJM", "service_evaluation", "respected", 1),
    Recipient("QOP", "service_evaluation", "respected", 2),
)

Hashed = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True)
class Attack:
    """One attack: how many of the planted hashes it undid, and how fast it tried."""

    name: str
    recovered: int
    planted: int
    per_second: float

    @property
    def seconds_for_all(self) -> float:
        """For every valid number, on one core."""
        return ALL_VALID / self.per_second


def valid_numbers(first: int = 999_000_000) -> Iterator[str]:
    """Valid NHS numbers in their order."""
    for stem in range(first, 10**9):
        digits = f"{stem:09d}"
        total = sum((10 - place) * int(digit) for place, digit in enumerate(digits))
        check = -total % 11
        if check != 10:
            yield f"{digits}{check}"


def unkeyed(numbers: Sequence[str]) -> list[str]:
    """SHA-256 of the number: what many call pseudonymised."""
    return [hashlib.sha256(number.encode()).hexdigest() for number in numbers]


def pseudonyms_of(keys: RootKey, who: Recipient) -> Hashed:
    """Number to a recipient's pseudonym: all of the keys' layers."""
    store_keys, pseudonyms = keys.keyed_hash("n1", ()), keys.pseudonyms(who)
    return lambda numbers: pseudonyms(store_keys(numbers))


def attack(name: str, hashes: Sequence[str], tried: Sequence[str], guess: Hashed) -> Attack:
    """Try numbers and look each hash up."""
    wanted, recovered = {h.rpartition(".")[2] for h in hashes}, 0
    began = time.process_time()
    for start in range(0, len(tried), BATCH):
        made = guess(tried[start : start + BATCH])
        recovered += sum(code.rpartition(".")[2] in wanted for code in made)
    seconds = time.process_time() - began
    return Attack(name, recovered, len(hashes), len(tried) / seconds)


def run(numbers: int, planted: int, seed: int = 1) -> list[Attack]:
    """Every attack on the same people."""
    tried = list(islice(valid_numbers(), numbers))
    victims = random.Random(seed).sample(tried, planted)  # noqa: S311 (chosen, not secret)
    draw = random.Random(seed + 1)  # noqa: S311 (the house's keys, for this benchmark only)
    root, guess = draw.randbytes(32), draw.randbytes(32)
    secrets = {who: draw.randbytes(32) for who in (ICS, *OTHERS)}
    house = RootKey(root, recipient_secrets=secrets)
    ours = pseudonyms_of(house, ICS)(victims)
    elsewhere = [p for who in OTHERS for p in pseudonyms_of(house, who)(victims)]
    only_secret = pseudonyms_of(RootKey(guess, recipient_secrets={ICS: secrets[ICS]}), ICS)
    only_root = pseudonyms_of(RootKey(root, recipient_secrets={ICS: draw.randbytes(32)}), ICS)
    leaked = pseudonyms_of(RootKey(root, recipient_secrets={ICS: secrets[ICS]}), ICS)
    return [
        attack("unkeyed SHA-256", unkeyed(victims), tried, unkeyed),
        attack("ours, no key", ours, tried, _short_sha),
        attack("ours, recipient's secret leaked, root not", ours, tried, only_secret),
        attack("ours, root leaked, recipient's secret destroyed", ours, tried, only_root),
        attack("ours, root and secret leaked", ours, tried, leaked),
        attack("the same leak, extracts of another ICS and epoch", elsewhere, tried, leaked),
    ]


def _short_sha(numbers: Sequence[str]) -> list[str]:
    """Ours as if there were no key."""
    return [
        base64.b32encode(hashlib.sha256(number.encode()).digest()[:20]).decode().lower()
        for number in numbers
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--planted", type=int, default=10_000)
    given = parser.parse_args()
    print("| attack | recovered | of | numbers/s (1 core) | all valid numbers |")
    print("|---|---:|---:|---:|---:|")
    for found in run(given.numbers, given.planted):
        minutes = found.seconds_for_all / 60
        print(
            f"| {found.name} | {found.recovered:,} | {found.planted:,} "
            f"| {found.per_second:,.0f} | {minutes:,.0f} min |"
        )


if __name__ == "__main__":
    main()
