"""Sealing as DAGs, on a provider's own edge worker: find exports not yet sealed, seal each.

The scheduler is the house's; the task runs on the provider's machine, under the queue
`edge-<provider>`, and only counts come back. `WIDEBRIDGE_EDGE_PROVIDERS` names who seals this way.
"""

import os

from airflow.sdk import DAG

from dags import edge_steps
from dags.terms import DAY, FIRST_DAY, describe, settings_here, task_terms
from pipelines.core.agreement import Agreement, find_agreement, load_agreements

ABOUT = """

### Sealing
`find` lists the days that the provider exported and did not seal yet; `seal` puts tokens in place
of identifiers and encrypts each day to the house. Both run on the provider's machine (queue
`{queue}`), which has the kit. Nothing is sent: see docs/how-to/seal-at-the-provider.md.
"""


def seal_dag(agreement: Agreement) -> DAG:
    """The DAG of one provider that seals on its own worker."""
    provider, queue = agreement.provider, f"edge-{agreement.provider}"
    dag = DAG(
        dag_id=f"seal_{provider}",
        description=f"Seal what {agreement.name} exported, on its own machine",
        doc_md=describe(agreement) + ABOUT.format(queue=queue),
        schedule=agreement.schedule,
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["seal", agreement.kind.value],
        params={"as_of": DAY},
        default_args={**task_terms(agreement.owner), "queue": queue},
    )
    with dag:
        found = edge_steps.find(provider)
        edge_steps.seal.partial(provider=provider).expand(drop_name=found)
    return dag


_agreements = load_agreements(settings_here().schemas)
for _name in os.environ.get("WIDEBRIDGE_EDGE_PROVIDERS", "").split():
    globals()[f"seal_{_name}"] = seal_dag(find_agreement(_agreements, _name))
