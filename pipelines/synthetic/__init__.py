"""Realistic deliveries of synthetic people in the vendors' own shapes, with dirt of known amount.

Seeded: the same arguments give the same bytes. Nobody in them exists or could: the NHS numbers
begin with 999 and the postcodes with X, and neither is ever issued.
"""

from pipelines.synthetic.children import age_rules_of
from pipelines.synthetic.costs import write_costs
from pipelines.synthetic.deliveries import write_deliveries
from pipelines.synthetic.dirt import ALL_DIRT, DIRT
from pipelines.synthetic.offers import write_offers
from pipelines.synthetic.places import Neighbourhood, read_neighbourhoods, write_postcode_directory
from pipelines.synthetic.reference import write_reference
from pipelines.synthetic.truth import DropTruth, FileTruth, Sidecar, TableTruth

__all__ = [
    "ALL_DIRT",
    "DIRT",
    "DropTruth",
    "FileTruth",
    "Neighbourhood",
    "Sidecar",
    "TableTruth",
    "age_rules_of",
    "read_neighbourhoods",
    "write_costs",
    "write_deliveries",
    "write_offers",
    "write_postcode_directory",
    "write_reference",
]
