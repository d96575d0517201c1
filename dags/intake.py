"""Line 1 as DAGs, one per provider file: find the drops not yet taken in, take each in."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TriggerRule

from dags import steps
from dags.terms import DAY, FIRST_DAY, describe, settings_here, store_asset, task_terms
from pipelines.core.agreement import Agreement, load_agreements


def intake_dag(agreement: Agreement) -> DAG:
    """The DAG of one provider."""
    provider = agreement.provider
    dag = DAG(
        dag_id=f"intake_{provider}",
        description=f"Take in what {agreement.name} delivers",
        doc_md=describe(agreement),
        schedule=agreement.schedule,
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["intake", agreement.kind.value],
        params={"as_of": DAY},
        default_args=task_terms(agreement.owner),
    )
    with dag:
        found = steps.find(provider)
        taken_in = steps.take_in.partial(provider=provider).expand(drop_name=found)
        # One bad delivery must not hold back the good ones beside it ...
        steps.announce.override(
            outlets=[store_asset(provider)],
            trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        )(taken_in)
        # ... and must still turn the run red.
        taken_in >> EmptyOperator(task_id="all_taken_in")
    return dag


for _agreement in load_agreements(settings_here().schemas).values():
    globals()[f"intake_{_agreement.provider}"] = intake_dag(_agreement)
