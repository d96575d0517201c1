"""The only room that divides, and only what `protect` let through.

Values and limits here can be worked out again by any reader from the published numbers.
"""

from pipelines.indicate.limits import mean_limits, wilson
from pipelines.indicate.table import indicate

__all__ = ["indicate", "mean_limits", "wilson"]
