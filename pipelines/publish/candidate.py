"""A release before anyone signed it: one folder per ICB, whole or absent, under one manifest."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadRelease
from pipelines.core.files import make_private_folder, sync_folder, write_whole
from pipelines.core.plan import Area, Plan
from pipelines.core.stages import Indicated, Passed
from pipelines.publish import manifest
from pipelines.publish.parquet import write_dataset, write_directory
from pipelines.publish.scan import scan

FORMAT = "widebridge-disclosure/1"
Pages = Callable[[Path], Mapping[str, bytes]]
"""Renders files from a folder of extracts and its manifest: path to bytes, always the same."""


@dataclass(frozen=True)
class Candidate:
    """A staged release. `digest` is the SHA-256 of its manifest, which lists every file."""

    release_id: str
    folder: Path
    digest: str


def stage(
    datasets: Iterable[Indicated],
    plan: Plan,
    area: Area,
    staging: Path,
    expectations: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    directories: Iterable[Passed] = (),
) -> Path:
    """Write one ICB's extract into the candidate's folder, replacing an earlier attempt.

    `expectations` say by dataset what was expected of it and whether it held.
    """
    home = make_private_folder(staging / plan.release_id)
    aside, place = home / f".{area.ods_code}.part", home / area.ods_code
    shutil.rmtree(aside, ignore_errors=True)
    make_private_folder(aside)
    datasets, directories = list(datasets), list(directories)
    files = [write_dataset(indicated, aside) for indicated in datasets]
    files += [write_directory(passed, aside) for passed in directories]
    files.append(_write_disclosure(aside, _disclosure(datasets, plan)))
    contracts = [indicated.protected.contract for indicated in datasets]
    rules = {indicated.protected.rule for indicated in datasets}
    facts = manifest.facts_of(plan, contracts, " ".join(sorted(rules)))
    facts["icb"] = {"code": area.code, "ods_code": area.ods_code, "name": area.name}
    facts["expectations"] = dict(expectations or {})
    facts["directories"] = [manifest.directory(passed.listed.contract) for passed in directories]
    facts["files"] = manifest.listed(aside, files)
    write_whole(aside / manifest.NAME, manifest.encoded(facts))
    shutil.rmtree(place, ignore_errors=True)
    aside.rename(place)
    sync_folder(home)
    return place


def assemble(
    plan: Plan,
    staging: Path,
    cost: Mapping[str, Any],
    told: Mapping[str, Any],
    pages: Pages = lambda _: {},
) -> Candidate:
    """Check every ICB's extract and list them all. Raises `BadRelease` when one is missing.

    `cost` says what protection cost over all extracts together, `told` what else the manifest says,
    such as which code it was; `pages` are what goes with the extracts, such as the analyst's kit.
    """
    folder = staging / plan.release_id
    extracts = {area.ods_code: _checked_extract(folder / area.ods_code) for area in plan.areas}
    facts = {**_common_facts(plan, extracts), **told}
    facts["hidden"] = _hidden(folder, extracts)
    _remove_strangers(folder, set(extracts))
    together = {"format": FORMAT, "release_id": plan.release_id, **cost}
    paths = [_write_disclosure(folder, together)]
    paths += [p for code in extracts for p in (folder / code).iterdir()]
    facts["files"] = manifest.listed(folder, paths)
    write_whole(folder / manifest.NAME, manifest.encoded(facts))
    rendered = pages(folder)
    for name, data in sorted(rendered.items()):
        write_whole(folder / name, data)
    facts["files"] |= manifest.listed(folder, [folder / name for name in rendered])
    write_whole(folder / manifest.NAME, manifest.encoded(facts))
    # Before an officer is asked, and once more over the whole release before it leaves.
    scan(folder, [*facts["files"], manifest.NAME])
    return Candidate(plan.release_id, folder, manifest.digest_of(facts))


def _hidden(folder: Path, codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """Cells and hidden cells by dataset, over all extracts; anybody could count them."""
    hidden: dict[str, dict[str, int]] = {}
    for code in codes:
        told = json.loads((folder / code / manifest.DISCLOSURE).read_bytes())["datasets"]
        for dataset, evidence in told.items():
            counted = hidden.setdefault(dataset, {"cells": 0, "hidden": 0})
            for table in evidence["tables"]:
                counted["cells"] += table["cells"]
                counted["hidden"] += table["hidden"]
    return hidden


def _disclosure(datasets: Iterable[Indicated], plan: Plan) -> dict[str, Any]:
    """How one ICB's extract was protected, dataset by dataset."""
    protected = [indicated.protected for indicated in datasets]
    return {
        "format": FORMAT,
        "release_id": plan.release_id,
        "limits": dataclasses.asdict(plan.limits),
        "earlier_releases": list(plan.earlier),
        "datasets": {p.contract.name: {"rule": p.rule, **p.evidence} for p in protected},
    }


def _write_disclosure(folder: Path, content: Mapping[str, Any]) -> Path:
    path = folder / manifest.DISCLOSURE
    write_whole(path, manifest.encoded(content))
    return path


def _checked_extract(folder: Path) -> manifest.Manifest:
    if not folder.is_dir():
        raise BadRelease(
            "candidate-incomplete",
            f"the extract of {folder.name} was not staged.",
            "Stage every ICB of the plan, then assemble.",
        )
    extract = manifest.read_manifest(folder)
    manifest.check_files(folder, extract["files"])
    return extract


def _common_facts(plan: Plan, extracts: Mapping[str, manifest.Manifest]) -> dict[str, Any]:
    first = next(iter(extracts.values()))
    own = ("icb", "files", "expectations")
    facts = {key: value for key, value in first.items() if key not in own}
    facts["expectations"] = _all_held([extract["expectations"] for extract in extracts.values()])
    facts["icbs"] = [
        {"code": area.code, "ods_code": area.ods_code, "name": area.name} for area in plan.areas
    ]
    return facts


def _all_held(told: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Expectations by dataset; one that did not hold in one extract did not hold."""
    held: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    for extract in told:
        for dataset, results in extract.items():
            kept = held.setdefault(dataset, {})
            for result in results:
                key = (result["expectation"], result["column"])
                before = kept.get(key, result)["held"]
                kept[key] = {**result, "held": before and result["held"]}
    return {dataset: [kept[key] for key in sorted(kept)] for dataset, kept in held.items()}


def _remove_strangers(folder: Path, expected: set[str]) -> None:
    """What an interrupted attempt left behind does not belong to the release."""
    for path in folder.iterdir():
        if path.is_dir() and path.name not in expected:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
