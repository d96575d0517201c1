"""Protocols of evaluations: YAML files under `schemas/protocols`, read strictly.

What is missing, unknown or makes no sense is an error that names the file and the place.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadContract
from pipelines.core.protocol import BASELINE, COVARIATES, Comparison, Method, Protocol, Site
from pipelines.core.strict_yaml import read_yaml

FEWEST = 20
"""A protocol may ask for larger groups than this, never for smaller ones."""
OUTCOME, PRIMARY, LIMITS_PERCENT = "recorded_minutes", "difference_in_recorded_minutes", 95
KEYS = (
    "id", "version", "registered_on", "question", "outcome", "primary_indicator", "programmes",
    "conditions", "recruited", "baseline_days", "follow_up_days", "comparison", "sites",
    "covariates", "method", "smallest_group", "limits_percent", "signed_by",
)  # fmt: skip


def load_protocols(schemas: Path) -> tuple[Protocol, ...]:
    """Every protocol under `schemas/protocols`; there need be none. Raises `BadContract`."""
    # A file's name is its id and version, so no two have the same.
    return tuple(_protocol(path) for path in sorted((schemas / "protocols").glob("*.yaml")))


def _protocol(path: Path) -> Protocol:
    given = read_yaml(path)
    if set(given) - {"sites"} != set(KEYS) - {"sites"}:
        wrong = ", ".join(sorted(set(given) ^ (set(KEYS) - {"sites"})))
        raise bad(path, f"has keys that are missing or unknown: {wrong}.", "See write-a-protocol.")
    if given["id"] != path.stem.rsplit("-", 1)[0]:
        raise bad(path, "is named otherwise inside.", "Name the file <id>-<version>.yaml.")
    read = Protocol(
        id=_word(path, "id", given["id"]),
        version=_version(path, given["version"]),
        registered_on=_day(path, "registered_on", given["registered_on"]),
        question=_sentence(path, "question", given["question"]),
        primary_indicator=_one_of(path, "primary_indicator", given, [PRIMARY]),
        programmes=_words(path, "programmes", given["programmes"]),
        conditions=_words(path, "conditions", given["conditions"]),
        recruited_from=_day(path, "recruited.from", _part(path, given, "from")),
        recruited_to=_day(path, "recruited.to", _part(path, given, "to")),
        baseline_days=_window(path, "baseline_days", given["baseline_days"]),
        follow_up_days=_window(path, "follow_up_days", given["follow_up_days"]),
        comparison=Comparison(_one_of(path, "comparison", given, list(Comparison))),
        sites=_sites(path, given.get("sites", [])),
        covariates=_covariates(path, given["covariates"]),
        method=Method(_one_of(path, "method", given, list(Method))),
        smallest_group=_whole(path, "smallest_group", given["smallest_group"]),
        signed_by=_sentence(path, "signed_by", given["signed_by"]),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    _one_of(path, "outcome", given, [OUTCOME])
    _one_of(path, "limits_percent", given, [LIMITS_PERCENT])
    _check_whole(path, read)
    return read


def _check_whole(path: Path, protocol: Protocol) -> None:
    """What each part allows, and together makes no sense."""
    if protocol.recruited_from > protocol.recruited_to:
        raise bad(path, "recruits nobody.", "Give the first day of recruitment first.")
    if not protocol.baseline_days[1] < 0 <= protocol.follow_up_days[0]:
        raise bad(
            path,
            "has a baseline or follow-up on the wrong side of the index day.",
            "The baseline ends before day 0, and the follow-up begins on it or later.",
        )
    if protocol.smallest_group < FEWEST:
        raise bad(path, "allows groups that are too small.", f"Ask for at least {FEWEST} people.")
    if bool(protocol.sites) is not (protocol.comparison is Comparison.STEPPED_BY_SITE):
        raise bad(path, "has no valid sites.", "A comparison by site, and only it, needs them.")


def _part(path: Path, given: Mapping[str, Any], key: str) -> Any:
    recruited = given["recruited"]
    if not isinstance(recruited, dict) or set(recruited) != {"from", "to"}:
        raise bad(path, "has no valid recruited.", "Write from and to, each a day.")
    return recruited[key]


def _sites(path: Path, entries: Any) -> tuple[Site, ...]:
    known = {"provider", "opened_on"}
    if not isinstance(entries, list) or any(
        not isinstance(e, dict) or set(e) != known for e in entries
    ):
        raise bad(path, "has no valid sites.", "List a provider and the day it opened on.")
    return tuple(
        Site(
            _word(path, "sites.provider", e["provider"]),
            _day(path, "sites.opened_on", e["opened_on"]),
        )
        for e in entries
    )


def _covariates(path: Path, entries: Any) -> tuple[str, ...]:
    names = _words(path, "covariates", entries)
    if set(names) - set(COVARIATES) or BASELINE not in names:
        raise bad(
            path,
            "has no valid covariates.",
            f"Choose from {', '.join(COVARIATES)}; the last is always one of them.",
        )
    return names


def _words(path: Path, place: str, entries: Any) -> tuple[str, ...]:
    if not isinstance(entries, list) or not entries or len(set(map(str, entries))) != len(entries):
        raise bad(path, f"has no valid {place}.", "List at least one word, each once.")
    return tuple(_word(path, place, entry) for entry in entries)


def _word(path: Path, place: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[a-z][a-z0-9_]*", value):
        raise bad(path, f"has no valid {place}.", "Write one lower-case word.")
    return value


def _version(path: Path, value: Any) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", str(value)) or not path.stem.endswith(f"-{value}"):
        raise bad(path, "has no valid version.", "Write three numbers, as in the file's name.")
    return str(value)


def _sentence(path: Path, place: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise bad(path, f"has no {place}.", "Write one sentence.")
    return " ".join(value.split())


def _day(path: Path, place: str, value: Any) -> dt.date:
    if type(value) is not dt.date:
        raise bad(path, f"has no valid {place}.", "Write a day, as 2026-01-31.")
    return value


def _window(path: Path, place: str, value: Any) -> tuple[int, int]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or any(type(day) is not int for day in value)
        or value[1] - value[0] < 6
    ):
        raise bad(path, f"has no valid {place}.", "Write the first and last day, a week or more.")
    return value[0], value[1]


def _whole(path: Path, place: str, value: Any) -> int:
    if type(value) is not int:
        raise bad(path, f"has no valid {place}.", "Write a whole number.")
    return value


def _one_of(path: Path, place: str, given: Mapping[str, Any], choices: Sequence[Any]) -> Any:
    if given[place] not in choices:
        raise bad(path, f"has no valid {place}.", f"Choose: {', '.join(map(str, choices))}.")
    return given[place]


def bad(path: Path, problem: str, advice: str) -> BadContract:
    """The refusal of one protocol's file."""
    return BadContract("protocol-invalid", f"{path.parent.name}/{path.name} {problem}", advice)
