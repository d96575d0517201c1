"""The demonstration: deliveries of synthetic people through both lines, on one machine.

It plays on a fixed day, so that it gives the same release whenever it is run.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.candidates import ask_officers, demo_officers_folder, sign_with_key
from pipelines.commands.console import (
    console,
    intake_table,
    short_name,
    table,
    take_in_with_progress,
    with_progress,
)
from pipelines.core.agreement import load_agreements
from pipelines.core.files import write_whole
from pipelines.core.officers import Officer, officer_file
from pipelines.core.settings import Settings
from pipelines.core.stages import Release
from pipelines.house import House, open_house
from pipelines.publish import Approval, Candidate, Decided, Decision
from pipelines.release import Plan, make_release, plan_release

DEMO_DAY = dt.date(2026, 10, 15)
THROUGH = dt.date(2026, 9, 30)
NOON = dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC)
REASON = "Synthetic people only."
ROLE = "generated for the demonstration"
DEMO_TERM = (dt.date(2020, 1, 1), dt.date(2099, 12, 31))
OFFICERS = {"demo_officer_one": "Demo Officer One", "demo_officer_two": "Demo Officer Two"}
"""Two people who do not exist and decide nothing; no house but the demonstration's knows them."""


def run_demo(
    settings: Settings,
    environ: Mapping[str, str],
    people: int,
    seed: int,
    icbs: Sequence[str] | None = None,
) -> None:
    """Both lines, a summary, and where to look next."""
    _make_key_once(settings, environ)
    make_demo_officers(settings)
    write_synthetic(settings, people, seed, [])
    house = open_house(settings, environ)
    summaries, refusals = take_in_with_progress(house, None, DEMO_DAY)
    if refusals:
        raise SystemExit(refusals[0].exit_status)
    fresh = [s for s in summaries if not s.already_in]
    plan = plan_release(house, vintage="2026", period_end=THROUGH, as_of=DEMO_DAY, icbs=icbs)
    was_there = (settings.releases / plan.release_id).exists()
    with with_progress("Release", len(plan.areas) + 1) as progress:
        release = make_release(house, plan, sign_for_demo, progress)
    if fresh:
        console.print(intake_table(fresh))
    else:
        console.print(f"Nothing new: all {len(summaries)} deliveries were taken in before.")
    _show_release(plan, release, was_there=was_there)


def write_synthetic(
    settings: Settings, people: int, seed: int, without: Sequence[str], *, clean: bool = False
) -> bool:
    """Deliveries into the inbox, and the built-in reference where none is given. Once only."""
    from pipelines import synthetic
    from pipelines.synthetic.dirt import chosen_kinds
    from pipelines.synthetic.reference import write_reference

    if not settings.reference.exists():
        write_reference(settings.reference, seed)
    places = synthetic.read_neighbourhoods(settings.reference)
    kinds = set() if clean else set(synthetic.ALL_DIRT) - chosen_kinds(without)
    postcodes = settings.inbox / "synthetic_postcodes" / THROUGH.isoformat()
    if postcodes.exists():
        return False
    synthetic.write_postcode_directory(postcodes, places, seed)
    synthetic.write_offers(settings.inbox, places, seed, THROUGH)
    synthetic.write_costs(settings.inbox, people, seed, THROUGH)
    with with_progress("Deliveries", None) as progress:
        synthetic.write_deliveries(
            settings.inbox, places, people=people, seed=seed, through=THROUGH, dirt=kinds,
            age_rules=synthetic.age_rules_of(load_agreements(settings.schemas)),
            progress=lambda what, _: progress(what),
        )  # fmt: skip
    return True


def _make_key_once(settings: Settings, environ: Mapping[str, str]) -> None:
    from pipelines.audit.ledger import FileLedger
    from pipelines.pseudonymise.keys import ENVIRONMENT, make_demo_ring, ring_file

    if not environ.get(ENVIRONMENT) and not ring_file(settings).exists():
        make_demo_ring(settings, environ, FileLedger(settings.ledger), DEMO_DAY)


def make_demo_officers(settings: Settings) -> None:
    """Generate the demonstration's officers in its own home, once, with their keys."""
    from pipelines.publish.officer_key import make_demo_key

    folder = demo_officers_folder(settings)
    for officer_id, name in OFFICERS.items():
        if (folder / f"{officer_id}.yaml").exists():
            continue
        # A key without its officer is what an interrupted run left: nobody has signed with it.
        (folder / f"{officer_id}.pem").unlink(missing_ok=True)
        key = make_demo_key(folder / f"{officer_id}.pem")
        officer = Officer(officer_id, name, ROLE, key.public_key, officer_id, *DEMO_TERM, demo=True)
        write_whole(folder / f"{officer_id}.yaml", officer_file(officer).encode())


def sign_for_demo(house: House, plan: Plan, candidate: Candidate) -> list[Approval]:
    """Both generated officers approve at once; for a demonstration only."""
    from pipelines.publish.officer_key import open_officer_key

    waiting = ask_officers(house, plan, candidate, NOON)
    answered = {approval.officer_id for approval in waiting.approvals}
    folder = demo_officers_folder(house.settings)
    return [*waiting.approvals] + [
        sign_with_key(
            house, plan.release_id, officer_id, Decided(Decision.APPROVE, REASON, NOON),
            open_officer_key(folder / f"{officer_id}.pem", None),
        )
        for officer_id in OFFICERS if officer_id not in answered
    ]  # fmt: skip


def _show_release(plan: Plan, release: Release, *, was_there: bool) -> None:
    rows = [
        (area.ods_code, short_name(area.name), *_headline(release.folder / area.ods_code))
        for area in plan.areas
    ]
    columns = (
        "ICB", "name", "modelled inactive adults", "% of adults", "% of referred started",
        "rows", "hidden",
    )  # fmt: skip
    console.print(table(f"Release {release.release_id}", columns, rows))
    if was_there:
        console.print("The release was published before; nothing was changed.")
    home = release.folder.parent.parent
    ods = plan.areas[0].ods_code
    console.print(f"\nOpen the folder [bold]{release.folder}[/bold]. Try next:")
    console.print(f"  .venv/bin/widebridge --home {home} show {ods} inactive_population")
    console.print(f"  .venv/bin/widebridge --home {home} verify {release.release_id}")
    console.print(f"  .venv/bin/widebridge --home {home} ledger show")


def _headline(folder: Path) -> tuple[object, ...]:
    import pyarrow.parquet as pq

    tables = {p.stem: pq.read_table(p) for p in sorted(folder.glob("*.parquet"))}

    def total(dataset: str, indicator: str) -> tuple[object, object]:
        rows = tables[dataset].to_pylist()
        for row in rows:
            whole = (row["area_type"], row["sex"], row["category_type"]) == (
                "icb",
                "persons",
                "all",
            )
            if row["indicator_id"] == indicator and whole:
                return row["count"], row["value"]
        return None, None

    inactive, share = total("inactive_population", "modelled_inactive_adults")
    _, started = total("programme_outcomes", "started_of_referred")
    counted = [t for t in tables.values() if "suppression_status" in t.column_names]
    marks = [mark for t in counted for mark in t["suppression_status"].to_pylist()]
    hidden = marks.count("hidden")
    headline = ("hidden" if v is None else v for v in (inactive, share, started))
    return (*headline, len(marks), hidden)
