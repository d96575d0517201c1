"""The thresholds of disclosure control: one file, each beside the policy that it comes from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadContract
from pipelines.core.strict_yaml import read_yaml

NAME = "protection.yaml"
DIRECTIONS = ("higher", "lower")


@dataclass(frozen=True)
class Threshold:
    """One number; `stricter` says whether a higher or a lower one protects more."""

    name: str
    value: int
    policy_value: int
    stricter: str
    unit: str
    says: str
    policy: str

    @property
    def is_laxer_than_policy(self) -> bool:
        """Whether the house protects less than the policy asks."""
        higher = self.stricter == "higher"
        return self.value < self.policy_value if higher else self.value > self.policy_value


@dataclass(frozen=True)
class Limits:
    """The values alone, for those who work with them; see `schemas/protection.yaml`."""

    hide_up_to: int
    round_to: int
    narrowest_values: int
    mean_people: int
    mean_digits: int
    dominance_percent: int
    hold_from: int
    hold_to: int
    places_together: int
    group_people: int
    sensitive_values: int
    linked_percent: int


@dataclass(frozen=True)
class Thresholds:
    """The file as it was read; `digest` is the SHA-256 of its bytes."""

    by_name: Mapping[str, Threshold]
    digest: str

    @property
    def limits(self) -> Limits:
        """The values alone."""
        return Limits(**{name: threshold.value for name, threshold in self.by_name.items()})

    @property
    def widened(self) -> list[str]:
        """Names of the thresholds that are laxer than their policy."""
        return [t.name for t in self.by_name.values() if t.is_laxer_than_policy]


def load_thresholds(schemas: Path) -> Thresholds:
    """Read `schemas/protection.yaml`. Raises `BadContract`, naming what is missing or unknown."""
    path = schemas / NAME
    if not path.is_file():
        raise _bad("is missing.", "Restore it: nothing is published without thresholds.")
    stated = read_yaml(path).get("thresholds")
    known = set(Limits.__dataclass_fields__)
    if not isinstance(stated, dict) or set(stated) != known:
        raise _bad("must state every threshold once.", f"State: {', '.join(sorted(known))}.")
    by_name = {name: _threshold(name, entry) for name, entry in stated.items()}
    return Thresholds(by_name, hashlib.sha256(path.read_bytes()).hexdigest())


def _threshold(name: str, entry: Any) -> Threshold:
    fields = set(Threshold.__dataclass_fields__) - {"name"}
    if not isinstance(entry, dict) or set(entry) != fields:
        raise _bad(f"has another form at {name}.", f"State: {', '.join(sorted(fields))}.")
    if any(type(entry[number]) is not int or entry[number] < 0 for number in _NUMBERS):
        raise _bad(f"has no whole number at {name}.", "Write value and policy_value as numbers.")
    if entry["stricter"] not in DIRECTIONS:
        raise _bad(f"has no direction at {name}.", "Write stricter: higher, or lower.")
    return Threshold(name=name, **entry)


_NUMBERS = ("value", "policy_value")


def _bad(problem: str, advice: str) -> BadContract:
    return BadContract("thresholds-unreadable", f"schemas/{NAME} {problem}", advice)
