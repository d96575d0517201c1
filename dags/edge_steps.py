"""What a task on a provider's edge worker does: one call into the sealing line.

The worker has no house: no store, no ledger, no root key. `WIDEBRIDGE_EDGE` is its folder, with
`kit.json`, `passphrase`, `postcodes.csv`, `export/<day>/` and `sealed/<day>/`.
"""

import os
from pathlib import Path

from airflow.sdk import get_current_context

from dags.terms import chosen_day, settings_here, step


@step()
def find(provider: str) -> list[str]:
    """The days that were exported, whole, and are not sealed yet."""
    from pipelines.source import find_exports

    return find_exports(edge_folder(provider))


@step(map_index_template="{{ task.op_kwargs.drop_name }}", max_active_tis_per_dagrun=1)
def seal(provider: str, drop_name: str) -> dict[str, int]:
    """Seal one day's export; returns the number of sealed rows by table."""
    from pipelines.seal import open_edge, seal_drop

    folder = edge_folder(provider)
    edge = open_edge(settings_here(), provider, folder / "kit.json", folder / "passphrase")
    postcodes = folder / "postcodes.csv"
    summary = seal_drop(
        edge,
        folder / "export" / drop_name,
        folder / "sealed" / drop_name,
        as_of=chosen_day(get_current_context(), "as_of"),
        postcodes=postcodes if postcodes.exists() else None,
    )
    return dict(summary.sealed)


def edge_folder(provider: str) -> Path:
    """Where the edge worker's files are; one folder a provider."""
    return Path(os.environ.get("WIDEBRIDGE_EDGE", "widebridge-edge")) / provider
