"""What has left before, as the ledger has it: what one extract may not add to.

The ledger is verified first and every extract that it names must be there with its rows: one that
was forgotten would be one that no attack knows of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.audit.ledger import FileLedger, verify_ledger
from pipelines.core.errors import BadKey, BadRelease
from pipelines.core.given_rows import GivenRows, given_to, kept_extracts
from pipelines.core.ports import Fact, Recipient
from pipelines.core.settings import Settings
from pipelines.extract.attack import check_same_root
from pipelines.extract.plan import ExtractPlan
from pipelines.house import House
from pipelines.pseudonymise.keys import ring_file
from pipelines.pseudonymise.keys.inspection import list_keys
from pipelines.pseudonymise.keys.ring import ACTIVE, RECIPIENT

INTENDED, PUBLISHED = "extract_intended", "extract_published"


@dataclass(frozen=True)
class Sent:
    """An extract that the ledger says left, or was about to."""

    release_id: str
    whose: Recipient
    event: str
    facts: Mapping[str, Fact]


def sent_before(settings: Settings) -> list[Sent]:
    """Every extract that the ledger names, oldest first. Raises `BadRelease` for a broken one."""
    verify_ledger(settings.ledger)
    return [
        Sent(
            entry["facts"]["release"],
            Recipient(
                entry["facts"]["recipient"],
                entry["facts"]["purpose"],
                entry["facts"]["opt_out"],
                entry["facts"]["epoch"],
            ),
            entry["event"],
            entry["facts"],
        )
        for entry in FileLedger(settings.ledger).entries()
        if entry["event"] in (INTENDED, PUBLISHED)
    ]


def check_one_opt_out_policy(plan: ExtractPlan, sent: Sequence[Sent]) -> None:
    """Raise `BadRelease` for a second policy: the difference of both would name who opted out."""
    for before in sent:
        same = (before.whose.code, before.whose.purpose) == (plan.recipient, plan.purpose)
        if same and before.whose.opt_out != plan.opt_out:
            raise BadRelease(
                "extract-other-opt-out",
                f"{plan.recipient} has had an extract for {plan.purpose} under another opt-out "
                "policy.",
                "Whoever compared the two would see who opted out. Keep to the first policy.",
            )


def recipient_of(house: House, plan: ExtractPlan, sent: Sequence[Sent]) -> Recipient:
    """Whose pseudonyms to make, of which epoch. Raises `BadKey` without a key in use.

    An epoch serves one release, so that nobody who left shows in the difference of two; it serves
    several only under a longitudinal approval.
    """
    domain = Recipient(plan.recipient, plan.purpose, plan.opt_out)
    used = {
        before.whose.epoch
        for before in sent
        if replace(before.whose, epoch=1) == domain and before.release_id != plan.release_id
    }
    if not ring_file(house.settings).exists():
        # A root key of the environment: epochs are numbers, and each can be made.
        epoch = max(used, default=1) if plan.longitudinal else max(used, default=0) + 1
        return replace(domain, epoch=epoch)
    current = [
        entry.whose
        for entry in list_keys(house.settings)
        if (entry.kind, entry.state) == (RECIPIENT, ACTIVE)
        and replace(entry.whose, epoch=1) == domain
    ]
    if not current:
        raise BadKey(
            "extract-key-not-in-use",
            f"{plan.recipient} has no key in use for {plan.purpose}, opt-outs {plan.opt_out}.",
            "Make one, or begin its next epoch: widebridge keys new, widebridge keys rotate.",
        )
    if current[0].epoch in used and not plan.longitudinal:
        raise BadRelease(
            "extract-epoch-used",
            f"{plan.recipient} has had an extract under this epoch of its pseudonyms.",
            "Begin the next: widebridge keys rotate --recipient CODE --purpose PURPOSE. Who "
            "withdrew would show otherwise; only a longitudinal approval allows it.",
        )
    return current[0]


def others_given(
    house: House, plan: ExtractPlan, whose: Recipient, sent: Sequence[Sent]
) -> list[GivenRows]:
    """Rows of every other set of pseudonyms of an overlapping period: whom to attack with."""
    published = {before.release_id for before in sent if before.event == PUBLISHED}
    _check_folders(house.settings, published)
    known = sorted((published | set(kept_extracts(house.settings))) - {plan.release_id})
    given = [given_to(release_id, house.settings, house.keys) for release_id in known]
    others = [
        rows
        for rows in given
        if rows.whose != whose
        and rows.period_start <= plan.period_end
        and rows.period_end >= plan.period_start
    ]
    check_same_root(others, house.keys.key_id)
    return others


def _check_folders(settings: Settings, published: set[str]) -> None:
    missing = [name for name in sorted(published) if not extract_folder(settings, name).is_dir()]
    if missing:
        raise BadRelease(
            "extract-forgotten",
            f"the ledger says that the extract {missing[0]} left, and it is not here.",
            "Restore the folder from its copy: what left must be known.",
        )


def extract_folder(settings: Settings, release_id: str) -> Path:
    """Where an extract is once it has left."""
    return settings.home / "extracts" / release_id
