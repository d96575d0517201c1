"""Runs in pycanon's own environment: k, l and their kin of the tables in a folder, as JSON.

python pycanon_in_child.py FOLDER
"""

import json
import sys
from pathlib import Path

import pandas as pd
from pycanon import anonymity  # type: ignore[import-not-found]  # in its own environment only


def figures(path: Path) -> dict[str, float]:
    """Columns that begin with q are quasi-identifiers, those with s are sensitive."""
    table = pd.read_csv(path, dtype=str)
    known = [name for name in table.columns if name.startswith("q")]
    sensitive = [name for name in table.columns if name.startswith("s")]
    alpha, k = anonymity.alpha_k_anonymity(table, known, sensitive)
    return {
        "k": int(k),
        "l": int(anonymity.l_diversity(table, known, sensitive)),
        "entropy_l": int(anonymity.entropy_l_diversity(table, known, sensitive)),
        "t": float(anonymity.t_closeness(table, known, sensitive)),
        "alpha": float(alpha),
    }


if __name__ == "__main__":
    found = {path.stem: figures(path) for path in sorted(Path(sys.argv[1]).glob("*.csv"))}
    sys.stdout.write(json.dumps(found))
