"""The commands that make, sign, list, check and show releases."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.console import (
    Day,
    console,
    day_of,
    extract_table,
    kept_and_hidden,
    table,
    with_progress,
)
from pipelines.commands.signing import SIGN_OFF_COMMANDS, now, show_question
from pipelines.core.errors import BadRelease
from pipelines.core.settings import Settings

release_app = typer.Typer(help="Make, sign and list releases.", no_args_is_help=True)
for _name, _command in SIGN_OFF_COMMANDS.items():
    release_app.command(_name)(_command)


@release_app.command("make")
def release_make(
    context: typer.Context,
    period_end: Annotated[str, typer.Option(help="Last day of the twelve months covered.")],
    vintage: Annotated[str, typer.Option(help="ICB boundaries: 2024 (42) or 2026 (36).")] = "2026",
    icb: Annotated[
        list[str] | None, typer.Option(help="ODS or ONS code; every ICB with people if not given.")
    ] = None,
    threshold: Annotated[
        int, typer.Option(min=0, help="Hide counts from 1 to this, where that is stricter.")
    ] = 0,
    base: Annotated[
        int, typer.Option(min=0, help="Round other counts to this, where that is stricter.")
    ] = 0,
    as_of: Day = "",
) -> None:
    """Count, protect and check one extract per ICB, and put them before the officers."""
    from pipelines.candidates import ask_officers
    from pipelines.house import open_house
    from pipelines.release import make_candidate, plan_release

    house, day = open_house(context.obj, os.environ), day_of(as_of)
    plan = plan_release(
        house, vintage=vintage, period_end=day_of(period_end), as_of=day, icbs=icb or None,
        hide_up_to=threshold, round_to=base,
    )  # fmt: skip
    if (house.settings.releases / plan.release_id).exists():
        console.print(f"{plan.release_id} was published before; nothing was changed.")
        return
    with with_progress("Release", len(plan.areas) + 1) as progress:
        candidate = make_candidate(house, plan, progress)
    show_question(house.settings, ask_officers(house, plan, candidate, now()))


@release_app.command("preview")
def release_preview(
    context: typer.Context,
    period_end: Annotated[str, typer.Option(help="Last day of the twelve months covered.")],
    vintage: Annotated[str, typer.Option(help="ICB boundaries: 2024 (42) or 2026 (36).")] = "2026",
    icb: Annotated[
        list[str] | None, typer.Option(help="ODS or ONS code; every ICB with people if not given.")
    ] = None,
    as_of: Day = "",
) -> None:
    """Show what a release would keep and hide, table by table. Writes nothing."""
    from pipelines.house import open_house
    from pipelines.release import plan_release, preview

    house, day = open_house(context.obj, os.environ), day_of(as_of)
    plan = plan_release(
        house, vintage=vintage, period_end=day_of(period_end), as_of=day, icbs=icb or None
    )
    told = []
    with with_progress("Preview", len(plan.areas)) as progress:
        for area in plan.areas:
            progress(f"{area.ods_code} {area.name}")
            told += [(p.contract.name, p.evidence) for p in preview(house, plan, area.code)]
    console.print(*kept_and_hidden(told))
    found = left_with([evidence["attacker"] for _, evidence in told])
    console.print(f"{plan.release_id}, {len(plan.areas)} ICBs. {found}")


def left_with(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """What the attacker was left with over all datasets, in a sentence."""
    widths = [found["narrowest"] for found in verdicts if found["narrowest"] is not None]
    if widths:
        return (
            "The attacker undid nothing; the narrowest range that he was left with holds "
            f"{min(widths)} values or more."
        )
    if all(found["sensitive"] == 0 for found in verdicts):
        return "Nothing had to stay unknown."
    return "The attacker undid nothing, and found no upper limit for anything."


@release_app.command("widen")
def release_widen(
    context: typer.Context,
    officer: Annotated[str, typer.Option(help="Name of the officer who allows it.")],
    role: Annotated[str, typer.Option(help="The officer's role.")],
    reason: Annotated[str, typer.Option(help="Why less protection is enough.")],
) -> None:
    """Allow thresholds laxer than their policies, as schemas/protection.yaml states them now."""
    from pipelines.house import open_house
    from pipelines.publish import SignOff, check_signed
    from pipelines.released import allow_thresholds

    house = open_house(context.obj, os.environ)
    check_signed(SignOff(officer, role, reason, day_of("")))
    allow_thresholds(house, officer, role, reason)
    console.print(f"Recorded: {', '.join(house.thresholds.widened) or 'nothing is laxer'}.")


@release_app.command("list")
def release_list(context: typer.Context) -> None:
    """List what is published."""
    rows = [(f.name, len(list(f.glob("*/manifest.json")))) for f in _releases(context.obj)]
    console.print(table("Releases", ("release", "ICBs"), rows))


@release_app.command("push")
def release_push(
    context: typer.Context,
    release: Annotated[str, typer.Argument(help="A release's id, or the path of its folder.")],
    to: Annotated[str, typer.Option(help="The store, such as s3://bucket/folder.")],
) -> None:
    """Put a published release onto an object store, whole, and point to it."""
    from pipelines.publish.push import open_store, push

    pushed = push(_release_folder(context.obj, release), open_store(to))
    console.print(
        f"{pushed.release_id}: {pushed.written} objects written, {pushed.there} were there. "
        + ("The pointer names it." if pushed.is_current else "The pointer names a newer one.")
    )


def verify(
    context: typer.Context,
    release: Annotated[str, typer.Argument(help="A release's id, or the path of its folder.")],
    trust: Annotated[
        Path | None, typer.Option(help="The house's public keys, as `keys public` writes them.")
    ] = None,
) -> None:
    """Check a release, also a copy: files, signatures, approvals, its place in the ledger."""
    from pipelines.publish import verify_folder

    for sentence in verify_folder(_release_folder(context.obj, release), trust).sentences:
        console.print(sentence, highlight=False, markup=False)


def show(
    context: typer.Context,
    icb: Annotated[
        str, typer.Argument(help="ODS code, such as QOP; lists the ICBs if not given.")
    ] = "",
    dataset: Annotated[str, typer.Argument(help="Which dataset.")] = "inactive_population",
    release: Annotated[str, typer.Option(help="A release's id; the newest if not given.")] = "",
    rows: Annotated[int, typer.Option(min=1, help="How many rows.")] = 20,
) -> None:
    """Show the first rows of a published extract."""
    folder = _release_folder(context.obj, release)
    extracts = sorted(folder.glob("*/*.parquet"))
    wanted = [p for p in extracts if (p.parent.name, p.stem) == (icb, dataset)]
    if wanted:
        console.print(extract_table(wanted[0], rows))
        return
    listed = [(p.parent.name, p.stem, p.stat().st_size) for p in extracts]
    console.print(table(folder.name, ("icb", "dataset", "bytes"), listed))
    if icb:
        raise BadRelease(
            "release-no-extract", "the release has no such extract.", "The table above lists them."
        )


def _releases(settings: Settings) -> list[Path]:
    found = settings.releases.glob("*/manifest.json")
    # A name with a dot in front is a release that is still being written.
    whole = (p.parent for p in found if not p.parent.name.startswith("."))
    return sorted(whole, key=lambda f: f.stat().st_mtime)


def _release_folder(settings: Settings, release: str) -> Path:
    if release and (Path(release) / "manifest.json").exists():
        return Path(release)
    found = [f for f in _releases(settings) if release in ("", f.name)]
    if not found:
        raise BadRelease(
            "release-unknown", "there is no such release.", "See: widebridge release list"
        )
    return found[-1]
