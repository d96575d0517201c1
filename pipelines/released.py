"""What a new release must know of those that are out, and of what officers have allowed."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pipelines import publish
from pipelines.core.contract import Contract
from pipelines.core.errors import BadRelease, BadSettings
from pipelines.core.files import make_private_folder, write_whole
from pipelines.core.plan import Area, Plan, boundaries_of
from pipelines.core.ports import Engine
from pipelines.core.thresholds import Limits
from pipelines.evaluate import check_unchanged
from pipelines.house import House
from pipelines.measure import overlaps
from pipelines.protect import rule_of
from pipelines.protect.earlier import (
    Populations,
    Published,
    check_all_there,
    newest,
    published_cells,
    published_values,
    release_folders,
)
from pipelines.protect.evidence import Cost, together
from pipelines.protect.hold import Before, bands, held
from pipelines.protect.past import Past, cell_of, known_of
from pipelines.protect.view import Known

INTENDED, PUBLISHED = "release_intended", "release_published"
FOUND, WIDENED = "release_found_published", "thresholds_widened"
OPENS = 3
"""The month whose releases let everything move that waited: the end of the financial year."""
BAND = "d1"
"""The label under which bands of numbers that hold are drawn."""


def check_thresholds(house: House) -> None:
    """Raise `BadSettings` when a threshold is laxer than its policy and nobody has allowed it."""
    widened = house.thresholds.widened
    allowed = {
        entry["facts"].get("thresholds_sha256")
        for entry in house.ledger.entries()
        if entry["event"] == WIDENED
    }
    if widened and house.thresholds.digest not in allowed:
        raise BadSettings(
            "thresholds-widened",
            f"schemas/protection.yaml protects less than its policies ask: {', '.join(widened)}.",
            "Restore the values, or have an officer allow this file: widebridge release widen.",
        )


def check_protocols(house: House) -> None:
    """Raise `BadRelease` when a protocol is not as a release first named it."""
    check_unchanged(house.protocols, _manifests(house))


def allow_thresholds(house: House, officer: str, role: str, reason: str) -> None:
    """Record in the ledger that an officer allows the thresholds as they stand."""
    house.ledger.record(
        WIDENED,
        officer=officer,
        role=role,
        reason=reason,
        thresholds_sha256=house.thresholds.digest,
        widened=len(house.thresholds.widened),
    )


def earlier_releases(house: House, *, but: str) -> tuple[str, ...]:
    """The ids of all releases that ever left, oldest first, but for one. Each must still be there.

    Raises `BadRelease` when the ledger knows one that is gone: an attacker may have kept it.
    """
    published = {name: digest for name, digest in _left(house).items() if name != but}
    check_all_there(published, release_folders(house.settings.releases))
    return tuple(published)


def release_before(house: House, plan: Plan) -> Path | None:
    """The folder of the newest release before a plan's, of the same borders if there is one."""
    same = [release for release in plan.earlier if f"-v{plan.vintage}-" in release]
    newest = (same or plan.earlier)[-1:]
    return house.settings.releases / newest[0] if newest else None


def _left(house: House) -> dict[str, str]:
    """The digest of each release's manifest, by release id, oldest first.

    A publication that died between its last step and its receipt left all the same.
    """
    entries = list(house.ledger.entries())
    left = {folder.name for folder in release_folders(house.settings.releases)}
    left |= {str(e["facts"]["release"]) for e in entries if e["event"] in (PUBLISHED, FOUND)}
    digests = {
        str(entry["facts"]["release"]): str(entry["facts"]["manifest_sha256"])
        for entry in entries
        if entry["event"] in (INTENDED, PUBLISHED)
    }
    return {release: digest for release, digest in digests.items() if release in left}


def past_of(house: House, plan: Plan, area: Area, contract: Contract) -> Past:
    """What earlier releases told of one dataset: here, and of the same people elsewhere."""
    folders = [house.settings.releases / release for release in plan.earlier]
    of_indicator = contract.disclosure.of_indicator if contract.disclosure else {}
    # An ODS code can outlive its borders (QRL does); the ONS code in a cell's name cannot.
    here, values = (
        [number for number in numbers if cell_of(number.cell).parent == area.code]
        for numbers in (
            published_cells(folders, contract.name, of_indicator, area.ods_code),
            published_values(folders, contract.name, area.ods_code),
        )
    )
    return Past(
        keyed=house.keys.keyed_hash(BAND, ()),
        last=newest(here),
        values=newest(values),
        opens=plan.period_end.month == OPENS,
        same_people=_same_people(plan, folders, contract, of_indicator),
    )


def _same_people(
    plan: Plan, folders: Sequence[Path], contract: Contract, of_indicator: Populations
) -> tuple[Known, ...]:
    """Numbers of the same period under other borders: the same people, cut otherwise.

    A release of another state of the store is taken to count people of whom fewer than the
    narrowest band have come or gone: the closest that an attacker could think them.
    """
    others = [
        number
        for number in published_cells(folders, contract.name, of_indicator)
        if number.period_end == plan.period_end and number.vintage != plan.vintage
    ]
    manifests = {folder.name: publish.read_manifest(folder) for folder in folders}
    return tuple(
        _known(number, manifests[number.release_id], plan) for number in newest(others).values()
    )


def _known(number: Published, manifest: Mapping[str, Any], plan: Plan) -> Known:
    is_fresh = not manifest["protection"]["earlier_releases"]
    same_people = manifest["store_state"] == plan.store_state and manifest["as_of"] == str(
        plan.as_of
    )
    known = known_of(number, rule_of(plan.limits), plan.limits.hold_to, fresh=is_fresh)
    return known if same_people else known.give_or_take(plan.limits.hold_from)


def hold_counts(house: House, counts: Mapping[str, int], limits: Limits) -> dict[str, int | None]:
    """A manifest's counts as they may be told: under the rule, and held like any number.

    Names are those of `told_counts`. One that the newest manifest lacks was told to be zero, and
    one that it has and `counts` lacks comes back: to leave it out would say that its last few went.
    """
    manifests = _manifests(house)
    last = told_counts(max(manifests, key=_age)) if manifests else None
    kinds = {name.split("|")[0] for name in counts}
    lost = [n for n in last or {} if n not in counts and n.split("|")[0] in kinds]
    counts = {**counts, **dict.fromkeys(lost, 0)}
    before = [None if last is None else Before(last.get(name, 0)) for name in counts]
    truth = np.array(list(counts.values()), dtype=np.int64)
    rule, names = rule_of(limits), list(counts)
    found = held(
        truth, rule.all_rounded(truth), (truth >= 1) & (truth <= rule.threshold), before,
        bands(names, house.keys.keyed_hash(BAND, ()), limits.hold_from, limits.hold_to), rule=rule,
    )  # fmt: skip
    shown = zip(names, found.value.tolist(), found.hidden.tolist(), strict=True)
    return {name: None if hidden else value for name, value, hidden in shown}


def _manifests(house: House) -> list[Mapping[str, Any]]:
    return [publish.read_manifest(f) for f in release_folders(house.settings.releases)]


def earlier_icbs(house: House) -> set[str]:
    """The codes of every ICB that a release ever had."""
    return {icb["code"] for manifest in _manifests(house) for icb in manifest["icbs"]}


def check_borders(
    house: House, engine: Engine, areas: Sequence[Area], vintage: str, period_end: dt.date
) -> None:
    """Raise `BadRelease` for an ICB that is out for the same period with other borders.

    Who had both could subtract one from the other, and would count the people of a few streets.
    An ICB whose borders are the same in both vintages may be out in both.
    """
    planned, changed = {area.code: area.ods_code for area in areas}, set[str]()
    for other, codes in _icbs_by_vintage(house, period_end).items():
        if other != vintage:
            days = boundaries_of(vintage), boundaries_of(other)
            changed |= {
                planned[pair.here]
                for pair in overlaps(engine, *days)
                if pair.here in planned and pair.there in codes and not pair.is_same
            }
    if changed:
        raise BadRelease(
            "release-two-borders",
            "people of these ICBs were published for the same period with other borders: "
            f"{', '.join(sorted(changed))}.",
            "Name only ICBs whose borders are the same in both, or keep to the borders that are "
            "out until the next period.",
        )


def _icbs_by_vintage(house: House, period_end: dt.date) -> dict[str, set[str]]:
    """The ONS codes of the ICBs that are out for a period, by the vintage of their borders."""
    found: dict[str, set[str]] = {}
    for manifest in _manifests(house):
        if manifest["period"]["end"] == period_end.isoformat():
            codes = {icb["code"] for icb in manifest["icbs"]}
            found.setdefault(manifest["geography_vintage"], set()).update(codes)
    return found


def told_counts(manifest: Mapping[str, Any]) -> dict[str, int | None]:
    """The counts that a manifest tells, by name."""
    refused = {refused_name(r["provider"], r["reason"]): r["rows"]
               for r in manifest["refused_for_consent"]}  # fmt: skip
    matched = {
        f"matching|{name}": value
        for name, value in manifest["matching"].items()
        if isinstance(value, int) or value is None
    }
    return {**refused, **matched}


def refused_name(provider: str, reason: str) -> str:
    """The name of a count of rows that consent kept out."""
    return f"refused|{provider}|{reason}"


def refused_of(name: str) -> tuple[str, str]:
    """The provider and the reason in such a name."""
    _, provider, reason = name.split("|")
    return provider, reason


def _age(manifest: Mapping[str, Any]) -> tuple[str, str, str]:
    return manifest["as_of"], manifest["period"]["end"], manifest["release_id"]


def keep_costs(house: House, plan: Plan, area: Area, costs: Sequence[Cost]) -> None:
    """Keep what protection cost one extract, inside, until all extracts are put together."""
    folder = make_private_folder(house.settings.amber / "costs" / plan.release_id)
    plain = [asdict(cost) for cost in costs]
    write_whole(folder / f"{area.ods_code}.json", json.dumps(plain).encode())


def cost_of(house: House, plan: Plan) -> dict[str, Any]:
    """What protection cost over all extracts of a release, and why cells were hidden."""
    folder = house.settings.amber / "costs" / plan.release_id
    files = [folder / f"{area.ods_code}.json" for area in plan.areas]
    plain = [entry for file in files if file.exists() for entry in json.loads(file.read_bytes())]
    told = together([Cost.from_plain(entry) for entry in plain], plan.limits)
    used = asdict(plan.limits)
    stated = [asdict(t) | {"value": used[t.name]} for t in house.thresholds.by_name.values()]
    return {**told, "thresholds": stated, "earlier_releases": list(plan.earlier)}
