"""Line 2 as a DAG: plan, stage every ICB, assemble, wait for a named officer, publish."""

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, AssetAny

from dags import steps
from dags.terms import (
    FIRST_DAY,
    RELEASE_FORM,
    SIGN_OFF_FORM,
    settings_here,
    store_asset,
    task_terms,
)
from pipelines.core.agreement import load_agreements

ABOUT = """
### Release
Runs when intake changed the store of any provider of people, or by hand with a form.

1. `plan` decides the id, the period and the ICBs; `stage_icb` makes one extract per ICB.
2. `assemble` brings them together. Nothing has left yet.
3. `sign_off` waits for an officer: read the staged pages, then approve or reject with a reason.
4. `publish` writes the release under that name, all or nothing.
"""


def release_dag(providers: list[str]) -> DAG:
    """The DAG that cuts the store of these providers into releases."""
    dag = DAG(
        dag_id="release",
        description="Publish one extract per ICB, after a named officer approved",
        doc_md=ABOUT,
        schedule=AssetAny(*(store_asset(provider) for provider in providers)),
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["release"],
        params=RELEASE_FORM,
        default_args=task_terms("release-officers"),
    )
    with dag:
        planned = steps.plan()
        codes = steps.icbs(planned)
        staged = steps.stage_icb.partial(planned=planned).expand(icb_code=codes)
        assembled = steps.assemble(planned)
        sign_off = ApprovalOperator(
            task_id="sign_off",
            subject="Publish release {{ ti.xcom_pull(task_ids='assemble') }}?",
            body="Read the staged pages first. Your name, the day and your reason become "
            "part of the release.",
            params=SIGN_OFF_FORM,
        )
        staged >> assembled >> sign_off
        steps.publish(planned, sign_off.output)
    return dag


_agreements = load_agreements(settings_here().schemas).values()
release = release_dag([a.provider for a in _agreements if a.person_level])
