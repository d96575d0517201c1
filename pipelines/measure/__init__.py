"""Counts and sums, and nothing else: one SQL file per dataset, run over consented people only.

What this room makes is exact, so it goes to `protect` and nowhere else.
"""

from pipelines.measure.areas import choose_areas, refused_rows
from pipelines.measure.atoms import area_atoms
from pipelines.measure.borders import Overlap, overlaps
from pipelines.measure.dataset import measure, measure_sql
from pipelines.measure.directory import list_directory, open_directories
from pipelines.measure.engine import DuckDBEngine, narrow_to_consented, open_measures
from pipelines.measure.scope import parameters_of, twelve_months_to

__all__ = [
    "DuckDBEngine",
    "Overlap",
    "area_atoms",
    "choose_areas",
    "list_directory",
    "measure",
    "measure_sql",
    "narrow_to_consented",
    "open_directories",
    "open_measures",
    "overlaps",
    "parameters_of",
    "refused_rows",
    "twelve_months_to",
]
