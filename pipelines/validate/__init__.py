"""Contract and expectations: good rows go on, broken rows are put aside with a stable code.

What leaves this room about a row is its code and a count; values stay in.
"""

from pipelines.validate.activities import load_activities, name_activities
from pipelines.validate.judge import check_output, judge_delivery
from pipelines.validate.rows import check_rows, check_rows_alone, quarantined_rows
from pipelines.validate.sites import load_sites, name_sites

__all__ = [
    "check_output",
    "check_rows",
    "check_rows_alone",
    "judge_delivery",
    "load_activities",
    "load_sites",
    "name_activities",
    "name_sites",
    "quarantined_rows",
]
