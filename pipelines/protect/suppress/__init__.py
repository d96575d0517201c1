"""Which further cells to hide, at the least cost, so that no small number can be worked out."""

from pipelines.protect.suppress.exact_totals import hide_exact
from pipelines.protect.suppress.hide import hide_enough
from pipelines.protect.suppress.problem import Problem

__all__ = ["Problem", "hide_enough", "hide_exact"]
