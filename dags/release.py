"""Line 2 as a DAG: plan, stage every ICB, assemble, wait for two named officers, publish."""

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, AssetAny

from dags import steps
from dags.terms import (
    APPROVE,
    FIRST_DAY,
    REJECT,
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

1. `plan` decides what is in it; `stage_icb` makes one extract per ICB; `assemble` brings them
   together. Nothing has left yet.
2. `first_sign_off` and `second_sign_off` wait for two different officers of `schemas/officers`:
   read the run's tab **Report**, then approve or reject, and say why. No answer is a rejection.
3. `record_first` and `record_second` sign the answer and write it into the ledger.
4. `publish` writes the release under both names, all or nothing.
"""
ASK = """
Read the tab **Report** of this run first. Your name and reason become part of the release. Write at
least 10 characters, and no number that may be somebody's.
"""


def sign_off(which: str) -> Any:
    """The question to one officer; without an answer in time it is a rejection."""
    return HITLOperator(
        task_id=f"{which}_sign_off",
        subject="Publish release {{ ti.xcom_pull(task_ids='assemble') }}? " + f"({which} sign-off)",
        body=ASK,
        options=[APPROVE, REJECT],
        defaults=REJECT,
        response_timeout=settings_here().patience,
        params=SIGN_OFF_FORM,
    )


def release_dag(providers: list[str]) -> DAG:
    """The DAG that cuts the store of these providers into releases."""
    dag = DAG(
        "release",
        description="Publish one extract per ICB, after two named officers approved",
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
        staged = steps.stage_icb.partial(planned=planned).expand(icb_code=steps.icbs(planned))
        assembled = steps.assemble(planned)
        before = staged >> assembled
        # One after the other: a first rejection ends the run, and nobody is asked in vain.
        for which in ("first", "second"):
            before >> (asked := sign_off(which))
            before = steps.record.override(task_id=f"record_{which}")(assembled, asked.output)
        before >> steps.publish(assembled)
    return dag


_all = load_agreements(settings_here().schemas).values()
release = release_dag([agreement.provider for agreement in _all if agreement.person_level])
