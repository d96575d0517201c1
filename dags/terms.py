"""What every DAG here keeps to: who is told, what is retried, which words reach a task's log.

A refusal is never retried. Any other error loses its text before Airflow can log it, because
nearly every library quotes the value that it choked on.
"""

import datetime as dt
import functools
import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, ExceptionRetryPolicy, Param, RetryAction, RetryRule, task
from airflow.sdk.exceptions import AirflowSkipException

from pipelines.core.agreement import Agreement
from pipelines.core.errors import Refused, WidebridgeError
from pipelines.core.process import keep_to_itself
from pipelines.core.settings import Settings, settings_from

if TYPE_CHECKING:
    from pipelines.house import House

P = ParamSpec("P")
R = TypeVar("R")

FIRST_DAY = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
LONDON = ZoneInfo("Europe/London")
DAY = Param(
    None,
    type=["null", "string"],
    format="date",
    description="The day whose consents and agreements count; empty for the run's own day.",
)
RELEASE_FORM: dict[str, Any] = {
    "vintage": Param("2026", type="string", description="The year whose ICB boundaries to use."),
    "period_end": Param(
        None,
        type=["null", "string"],
        format="date",
        description="The last day of the twelve months; empty for the last full month's end.",
    ),
    "icbs": Param(
        None, type=["null", "array"], description="ICB codes; empty for every ICB with people."
    ),
    "as_of": DAY,
}
APPROVE, REJECT = "Approve", "Reject"
SIGN_OFF_FORM: dict[str, Any] = {
    # No shortest length here: Airflow checks the empty default too, and would fail the task.
    "reason": Param("", type="string", title="Why it may be published, or why not"),
}


class BrokenTaskError(WidebridgeError):
    """A bug or a fault of the machine: the kind of error and its place, never its text."""


def task_terms(owner: str) -> dict[str, Any]:
    """The `default_args` of a DAG whose `owner` answers for it."""
    return {
        "owner": owner,
        "retries": 2,
        "retry_delay": dt.timedelta(minutes=1),
        "retry_policy": ExceptionRetryPolicy(
            [RetryRule("pipelines.core.errors.Refused", RetryAction.FAIL, reason="refused")]
        ),
        "on_failure_callback": record_failure,
    }


def record_failure(context: Mapping[str, Any]) -> None:
    """Write the failure into the ledger: which task, and the code that the manual explains."""
    from pipelines.audit.ledger import FileLedger

    failed = context["task_instance"]
    error = context.get("exception")
    FileLedger(settings_here().ledger).record(
        "task_failed",
        dag=failed.dag_id,
        task=failed.task_id,
        run=failed.run_id,
        code=error.code if isinstance(error, Refused) else "unexpected",
    )


def store_asset(provider: str) -> Asset:
    """What intake updates and a release waits for: a provider's rows in the linked store."""
    return Asset(name=f"store_{provider}", uri=f"widebridge://store/{provider}")


def settings_here() -> Settings:
    """The settings of this machine."""
    return settings_from(os.environ)


def house_here() -> "House":
    """The house of this machine, opened inside a task: opening it imports the engine."""
    from pipelines.house import open_house

    return open_house(settings_here(), os.environ)


def chosen_day(context: Mapping[str, Any], param: str) -> dt.date:
    """The day that the run was asked for, else the run's own: a retry tomorrow means the same."""
    given = context["params"].get(param)
    if given:
        return dt.date.fromisoformat(given)
    run_after: dt.datetime = context["dag_run"].run_after
    return run_after.astimezone(LONDON).date()


def last_full_month(period_end: str | None, as_of: dt.date) -> dt.date:
    """The period's end that was asked for, else the end of the month before `as_of`'s."""
    if period_end:
        return dt.date.fromisoformat(period_end)
    return as_of.replace(day=1) - dt.timedelta(days=1)


def describe(agreement: Agreement) -> str:
    """What a reader of the DAG's page wants to know about the agreement."""
    basis = agreement.lawful_basis
    terms = f"{basis.article_6}; {basis.article_9}" if basis else f"licence {agreement.licence}"
    files = "\n".join(f"- `{f.pattern}` ({f.format}) becomes `{f.table}`" for f in agreement.files)
    return (
        f"### {agreement.name}\n{agreement.description}\n\n"
        f"Agreement {agreement.reference}, in force from {agreement.signed_on} "
        f"to {agreement.expires_on}. Basis: {terms}. "
        f"Purposes: {', '.join(agreement.purposes) or 'open data'}. "
        f"Answers for it: {agreement.owner}.\n\n{files}\n"
    )


def step(**options: Any) -> Callable[[Callable[P, R]], Any]:
    """A task that logs neither what it returns nor the text of a foreign error."""

    def made(work: Callable[P, R]) -> Any:
        return task(show_return_value_in_logs=False, **options)(value_free(work))

    return made


def value_free(work: Callable[P, R]) -> Callable[P, R]:
    """Let refusals and skips through, and replace any other error by its kind and place."""

    @functools.wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        keep_to_itself()
        try:
            return work(*args, **kwargs)
        except (Refused, AirflowSkipException):
            raise
        except Exception as error:
            broke = _without_its_text(error)
        raise broke

    return guarded


def _without_its_text(error: Exception) -> BrokenTaskError:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if {"pipelines", "dags"} & set(Path(f.filename).parts)]
    place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "a library"
    return BrokenTaskError(
        f"{type(error).__name__} at {place}; its text may quote data and is left out."
    )
