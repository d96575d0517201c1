"""What each task does: one call into a line of `pipelines`, imported when the task runs.

Airflow is handed names and counts only, never a row.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from dags.terms import APPROVE, chosen_day, house_here, last_full_month, step

if TYPE_CHECKING:
    from pipelines.publish import Decided


@step()
def find(provider: str) -> list[str]:
    """The names of the drops that are complete and not yet taken in."""
    from pipelines.intake import find_drops

    return find_drops(house_here(), provider)


# One at a time, and each after the earlier ones, which it may correct: Airflow keeps no order.
@step(map_index_template="{{ task.op_kwargs.drop_name }}", max_active_tis_per_dagrun=1)
def take_in(provider: str, drop_name: str) -> dict[str, Any]:
    """Take one drop in; returns counts."""
    from pipelines.intake import take_in_in_order

    as_of = chosen_day(get_current_context(), "as_of")
    return dict(take_in_in_order(house_here(), provider, drop_name, as_of=as_of).as_facts())


@step()
def announce(counts: Iterable[Mapping[str, Any]]) -> int:
    """Say how many deliveries are new; skipped when none is, so that no release starts."""
    new = sum(1 for delivery in counts if not delivery["already_in"])
    if not new:
        raise AirflowSkipException("every delivery was in the store already")
    return new


@step()
def plan() -> dict[str, Any]:
    """Decide what the release holds: its id, its period, its ICBs; skipped when it is out."""
    from pipelines.release import plan_release, plan_to_json

    context = get_current_context()
    asked = context["params"]
    as_of = chosen_day(context, "as_of")
    house = house_here()
    made = plan_release(
        house,
        vintage=asked["vintage"],
        period_end=last_full_month(asked["period_end"], as_of),
        as_of=as_of,
        icbs=asked["icbs"],
    )
    if (house.settings.releases / made.release_id).exists():
        raise AirflowSkipException("the release is out already")
    return dict(plan_to_json(made))


@step()
def icbs(planned: dict[str, Any]) -> list[str]:
    """The codes of the ICBs that the release covers."""
    from pipelines.release import plan_from_json

    return [area.ods_code for area in plan_from_json(planned).areas]


@step(map_index_template="{{ task.op_kwargs.icb_code }}")
def stage_icb(planned: dict[str, Any], icb_code: str) -> str:
    """Measure, protect, indicate, check and write one ICB's extract; returns its folder's name."""
    from pipelines.release import plan_from_json
    from pipelines.release import stage_icb as stage

    return stage(house_here(), plan_from_json(planned), icb_code).name


@step()
def assemble(planned: dict[str, Any]) -> str:
    """Bring the staged extracts together and put them before the officers; returns the id."""
    from pipelines.candidates import ask_officers
    from pipelines.release import assemble as bring_together
    from pipelines.release import plan_from_json

    house, plan_again = house_here(), plan_from_json(planned)
    waiting = ask_officers(house, plan_again, bring_together(house, plan_again), _now())
    return waiting.candidate.release_id


@step()
def record(release_id: str, answer: dict[str, Any]) -> str:
    """Keep what an officer answered, signed and in the ledger; skipped unless they approved."""
    from pipelines.candidates import lapse, sign_in_airflow

    if answer["responded_by_user"] is None:
        lapse(house_here(), release_id)
        raise AirflowSkipException("nobody answered in time, so the candidate has lapsed")
    login, decided = answered(answer)
    approval = sign_in_airflow(house_here(), release_id, login, decided)
    if approval.decision != "approve":
        raise AirflowSkipException("an officer has rejected the candidate")
    return approval.officer_id


@step()
def publish(release_id: str) -> str:
    """Publish what two officers approved, all or nothing; returns the id."""
    from pipelines.candidates import approved
    from pipelines.release import publish_candidate

    house, now = house_here(), _now()
    plan_again, waiting = approved(house, release_id, now)
    return publish_candidate(house, plan_again, waiting.approvals, now).release_id


def answered(answer: Mapping[str, Any]) -> "tuple[str, Decided]":
    """Who was logged in, and what they decided; whether they may is asked of the house."""
    from pipelines.publish import Decided, Decision

    approves = answer["chosen_options"] == [APPROVE]
    decision = Decision.APPROVE if approves else Decision.REJECT
    reason = str(answer["params_input"].get("reason", ""))
    login = str(answer["responded_by_user"].get("name") or "")
    return login, Decided(decision, reason, answer["responded_at"])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
