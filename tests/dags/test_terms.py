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
SIGN_OFF = """
import datetime as dt, json
from dags.steps import sign_off_from
from pipelines.core.errors import NotSignedOff
from pipelines.publish import check_signed
def sign(user, form):
    answer = {"responded_at": dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
              "responded_by_user": user, "params_input": form}
    try:
        return check_signed(sign_off_from(answer)).officer
    except NotSignedOff as refusal:
        return refusal.code
form = {"role": "release officer", "reason": "read"}
print(json.dumps([
    sign({"id": "ann", "name": "Ann"}, form),
    sign({"id": "Anonymous", "name": "Anonymous"}, form),
    sign(None, form),
    sign({"id": "ann", "name": "Ann"}, {}),
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


def test_only_a_named_officer_with_a_reason_signs(environment: dict[str, str]) -> None:
    outcomes = json.loads(run_python(environment, SIGN_OFF).splitlines()[-1])
    assert outcomes == ["Ann", "release-unsigned", "release-unsigned", "release-unsigned"]


def test_the_pieces_of_dags_that_are_no_dags_are_not_parsed() -> None:
    ignored = (PROJECT / "dags" / ".airflowignore").read_text("utf-8").split()
    assert set(ignored) == {"steps.py", "terms.py"}
