"""Hides or changes numbers so that none says anything about a few people; never divides.

No count of 1 to the threshold leaves, everything else leaves rounded, and zero stays zero.
"""

from pipelines.protect.rule import NHS_RULE, Rule
from pipelines.protect.table import protect, protect_counts

__all__ = ["NHS_RULE", "Rule", "protect", "protect_counts"]
