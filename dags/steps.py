"""What each task does: one call into a line of `pipelines`, imported when the task runs.

Airflow is handed names and counts only, never a row.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from dags.terms import chosen_day, house_here, last_full_month, step

if TYPE_CHECKING:
    from pipelines.publish import SignOff


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
    """Decide what the release holds: its id, its period, its ICBs."""
    from pipelines.release import plan_release, plan_to_json

    context = get_current_context()
    asked = context["params"]
    as_of = chosen_day(context, "as_of")
    made = plan_release(
        house_here(),
        vintage=asked["vintage"],
        period_end=last_full_month(asked["period_end"], as_of),
        as_of=as_of,
        icbs=asked["icbs"],
    )
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
    """Bring the staged extracts together under one manifest; returns the release's id."""
    from pipelines.release import assemble as bring_together
    from pipelines.release import plan_from_json

    return bring_together(house_here(), plan_from_json(planned)).release_id


@step()
def publish(planned: dict[str, Any], answer: dict[str, Any]) -> str:
    """Publish under the name, day and reason of the officer who approved; returns the id."""
    from pipelines.release import plan_from_json, publish_candidate

    plan_again = plan_from_json(planned)
    return publish_candidate(house_here(), plan_again, sign_off_from(answer)).release_id


def sign_off_from(answer: Mapping[str, Any]) -> "SignOff":
    """The sign-off that an answered approval stands for; `publish` refuses one without a name."""
    from pipelines.publish import SignOff

    answered_at: dt.datetime = answer["responded_at"]
    given = answer["params_input"]
    return SignOff(
        officer=(answer["responded_by_user"] or {}).get("name") or "",
        role=given.get("role", ""),
        reason=given.get("reason", ""),
        on=answered_at.date(),
        demo=False,
    )
