"""Compares people who started a programme with people like them, as a registered protocol says.

It sees people's rows, without any key, and gives differences with limits; these leave only where
`protect` shows how many people stand behind them.
"""

from pipelines.evaluate.difference import Difference, EValue, difference, e_values
from pipelines.evaluate.estimates import Comparison, Result, compare, evaluated, result_of
from pipelines.evaluate.people import Compared
from pipelines.evaluate.registration import check_unchanged

__all__ = [
    "Compared",
    "Comparison",
    "Difference",
    "EValue",
    "Result",
    "check_unchanged",
    "compare",
    "difference",
    "e_values",
    "evaluated",
    "result_of",
]
