"""Hides or changes numbers so that none says anything about a few people; never divides.

No count of 1 to the threshold leaves, everything else leaves rounded, what was published before
holds, and an attacker who knows all this and has every release is run before anything leaves.
"""

from pipelines.protect.directory import pass_directory
from pipelines.protect.rule import Rule, rule_of
from pipelines.protect.table import protect, protect_together

__all__ = ["Rule", "pass_directory", "protect", "protect_together", "rule_of"]
