"""The report of a release as a tab on its run's page, for whoever may see the run in Airflow.

A plugin's routes ask for no login by themselves: the one route here asks for Airflow's.
"""

from typing import Annotated, Any, ClassVar

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import requires_access_dag
from airflow.models.xcom import XComModel
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException, Path
from fastapi.responses import HTMLResponse

from dags.terms import settings_here

DAG_ID, TASK_ID, PREFIX = "release", "assemble", "/widebridge"
HEADERS = {
    # Nothing is loaded, nothing runs, nothing is sent: the page is text, style and drawings.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
NO_REPORT = "There is no report: the run has made no release yet, or its candidate is gone."

# No pages about the routes themselves, which would be open to everybody.
app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get(
    "/report/{dag_id}/{run_id:path}",
    dependencies=[Depends(requires_access_dag(method="GET", access_entity=DagAccessEntity.RUN))],
)
def report(
    session: SessionDep,
    dag_id: Annotated[str, Path(max_length=250)],
    run_id: Annotated[str, Path(max_length=250)],
) -> HTMLResponse:
    """The report that belongs to a run of the release DAG; 404 where there is none."""
    from pipelines.publish.shown import shown_report

    release_id = _release_of(session, run_id) if dag_id == DAG_ID else ""
    page = shown_report(settings_here().pages, release_id)
    if page is None:
        raise HTTPException(404, NO_REPORT, headers=HEADERS)
    return HTMLResponse(page, headers=HEADERS)


def _release_of(session: Any, run_id: str) -> str:
    """The id that the run's own task gave back; empty where there is none."""
    asked = XComModel.get_many(
        key="return_value", run_id=run_id, dag_ids=DAG_ID, task_ids=TASK_ID, limit=1
    )
    found = session.scalars(asked).first()
    return str(XComModel.deserialize_value(found)) if found is not None else ""


# Airflow's packages are not followed by the type checker, so to it the base class is anything.
class ReportTab(AirflowPlugin):  # type: ignore[misc]
    """Airflow finds this class in its plugins folder."""

    name = "widebridge_report"
    fastapi_apps: ClassVar = [{"app": app, "url_prefix": PREFIX, "name": "Report of a release"}]
    external_views: ClassVar = [
        {
            "name": "Report",
            "href": f"{PREFIX}/report/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "report",
        }
    ]
