"""The named parameters of every measure, from the scope alone."""

import datetime as dt

from pipelines.core.stages import Scope

FOLLOW_UP = dt.timedelta(weeks=26)
"""A referral cohort ends this long before the period, so that everybody had time to complete."""
YEAR_FOLLOW_UP = FOLLOW_UP + dt.timedelta(weeks=40)
"""The cohort whose scores are compared after twelve months: they have as long to be measured as
those of twelve weeks have."""

FIRST_MONTH = dt.date(2024, 10, 1)
"""Where every monthly series begins. It never moves: of a month that left the series, everybody
would seem to have gone."""
TIME_TO_START = dt.timedelta(weeks=12)
"""How long a person referred has to start before their month is judged."""

STALE_AFTER = dt.timedelta(days=90)
"""What a provider has not changed for so long is shown as stale: nobody may have looked at it."""


def parameters_of(scope: Scope) -> dict[str, object]:
    """Every parameter that a measure may name; each measure uses some."""
    cohort_to = scope.period_end - FOLLOW_UP
    year_cohort_to = scope.period_end - YEAR_FOLLOW_UP
    return {
        "icb_code": scope.icb_code,
        "boundaries_on": scope.boundaries_on,
        "period_start": scope.period_start,
        "period_end": scope.period_end,
        "period_days": (scope.period_end - scope.period_start).days + 1,
        "period_year": scope.period_end.year,
        "last_28_days_from": scope.period_end - dt.timedelta(days=27),
        "cohort_from": twelve_months_to(cohort_to),
        "cohort_to": cohort_to,
        "year_cohort_from": twelve_months_to(year_cohort_to),
        "year_cohort_to": year_cohort_to,
        "first_month_from": FIRST_MONTH,
        "last_month_to": last_whole_month_to(scope.period_end),
        "last_judged_before": scope.period_end - TIME_TO_START + dt.timedelta(days=1),
        "stale_before": scope.period_end - STALE_AFTER,
        "as_of": scope.as_of,
        "purpose": scope.purpose,
    }


def twelve_months_to(last: dt.date) -> dt.date:
    """The first day of the twelve months that end on a day."""
    following = last + dt.timedelta(days=1)
    if (following.month, following.day) == (2, 29):
        return dt.date(following.year - 1, 3, 1)
    return following.replace(year=following.year - 1)


def last_whole_month_to(last: dt.date) -> dt.date:
    """The last day of the newest month that is over by the end of a day."""
    following = last + dt.timedelta(days=1)
    return following.replace(day=1) - dt.timedelta(days=1)
