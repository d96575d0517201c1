"""What reaches a task's log, and which days and names a run means.

Airflow is imported in a process of its own, because importing it writes to its home.
"""

import json

import pytest

from pipelines.core.settings import PROJECT
from tests.dags.airflow_servers import airflow_environment, run_python

pytestmark = pytest.mark.airflow

SECRET = "9990000018"
FOREIGN_ERROR = f"""
import traceback
from dags.terms import value_free
@value_free
def read():
    int("{SECRET} is the value")
try:
    read()
except Exception as error:
    print(type(error).__name__, error, repr(error.__cause__), repr(error.__context__))
    traceback.print_exc(file=__import__("sys").stdout)
"""
REFUSAL = """
from dags.terms import value_free
from pipelines.core.errors import BadDelivery
@value_free
def refuse():
    raise BadDelivery("delivery-code", "what happened.", "What to do.")
try:
    refuse()
except BadDelivery as refusal:
    print(refusal.code)
"""
DAYS = """
import datetime as dt, json
from types import SimpleNamespace
from dags.terms import chosen_day, last_full_month
def day(given, run_after):
    run = SimpleNamespace(run_after=dt.datetime.fromisoformat(run_after))
    return str(chosen_day({"params": {"as_of": given}, "dag_run": run}, "as_of"))
print(json.dumps({
    "given": day("2026-10-15", "2026-11-22T10:00:00+00:00"),
    "own": day(None, "2026-11-22T10:00:00+00:00"),
    "summer night": day(None, "2026-07-01T23:30:00+00:00"),
    "period given": str(last_full_month("2026-09-30", dt.date(2026, 11, 22))),
    "period left out": str(last_full_month(None, dt.date(2026, 3, 1))),
}))
"""
ANSWERS = """
import datetime as dt, json
from dags.steps import answered
def of(user, option, form):
    at = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    login, decided = answered({
        "responded_at": at, "responded_by_user": user, "chosen_options": [option],
        "params_input": form,
    })
    return [login, str(decided.decision), decided.reason, decided.at == at]
ann, form = {"id": "7", "name": "ann"}, {"reason": "read"}
print(json.dumps([
    of(ann, "Approve", form), of(ann, "Reject", form), of(ann, "Something", form),
    of({"id": "7", "name": None}, "Approve", {}),
]))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An Airflow home of its own."""
    return airflow_environment(tmp_path_factory.mktemp("terms"), {})


def days(environment: dict[str, str]) -> dict[str, str]:
    """What each way of asking for a day means."""
    found: dict[str, str] = json.loads(run_python(environment, DAYS).splitlines()[-1])
    return found


def test_the_text_of_a_foreign_error_reaches_no_log(environment: dict[str, str]) -> None:
    printed = run_python(environment, FOREIGN_ERROR)
    assert "ValueError at " in printed
    assert SECRET not in printed


def test_a_foreign_error_is_not_kept_as_context(environment: dict[str, str]) -> None:
    first = run_python(environment, FOREIGN_ERROR).splitlines()[0]
    assert first.startswith("BrokenTaskError")
    assert first.endswith("None None")


def test_a_refusal_passes_as_it_is(environment: dict[str, str]) -> None:
    assert run_python(environment, REFUSAL).strip() == "delivery-code"


def test_a_run_means_the_day_it_was_asked_for_else_its_own_in_london(
    environment: dict[str, str],
) -> None:
    assert days(environment) == {
        "given": "2026-10-15",
        "own": "2026-11-22",
        "summer night": "2026-07-02",
        "period given": "2026-09-30",
        "period left out": "2026-02-28",
    }


def test_an_answer_says_who_was_logged_in_and_what_they_decided(
    environment: dict[str, str],
) -> None:
    assert json.loads(run_python(environment, ANSWERS).splitlines()[-1]) == [
        ["ann", "approve", "read", True],
        ["ann", "reject", "read", True],
        ["ann", "reject", "read", True],
        ["", "approve", "", True],
    ]


def test_the_pieces_of_dags_that_are_no_dags_are_not_parsed() -> None:
    ignored = (PROJECT / "dags" / ".airflowignore").read_text("utf-8").split()
    assert set(ignored) == {"steps.py", "terms.py", "plugins"}
