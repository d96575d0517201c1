"""The only room that divides, and only what `protect` let through.

Values and limits here can be worked out again by any reader from the published numbers. The
statistics are plain functions over arrays: see docs/explanation/statistics.md.
"""

from pipelines.indicate.funnels import Funnel, funnel_limits, funnel_points, funnel_significance
from pipelines.indicate.inequality import (
    Inequality,
    inequality,
    inequality_reliability,
    rii,
    sii,
)
from pipelines.indicate.limits import byars, exact_poisson, mean_limits, poisson, wilson
from pipelines.indicate.numbers import Estimate, Limits
from pipelines.indicate.ranks import quantiles
from pipelines.indicate.rates import (
    ESP2013,
    dsr,
    dsr_of_repeated_events,
    isr,
    isr_rate,
    mean,
    proportion,
    rate,
)
from pipelines.indicate.table import indicate
from pipelines.indicate.xmr import XmR, xmr

__all__ = [
    "ESP2013", "Estimate", "Funnel", "Inequality", "Limits", "XmR", "byars", "dsr",
    "dsr_of_repeated_events", "exact_poisson", "funnel_limits", "funnel_points",
    "funnel_significance", "indicate", "inequality", "inequality_reliability", "isr", "isr_rate",
    "mean", "mean_limits", "poisson", "proportion", "quantiles", "rate", "rii", "sii", "wilson",
    "xmr",
]  # fmt: skip
