"""A few made-up programmes for the comparison of engines: every cut of `provision` has a row."""

ACTIVITY_CONCEPT = """
    concept_id | name     | broader_ids | other_names
    top        | Exercise |             | Keep-fit
    mid        | Pilates  | top         |
"""
OFFERS = """
    provider | opportunity_kind | opportunity_id | activity_id | activity_label | site_name | lsoa21_code | price | sessions_per_week | capacity | access_criteria | updated_on | accessibility                           | staff_qualification | ends_on    | starts_on
    feed     | session          | 1              | mid         | Yoga           | Town Pool | L1          | 2.99  | 2                 | 10       | anyone          | 2026-09-01 | hearing impairment; visual impairment   |                     |            | 2026-01-05
    feed     | session          | 2              | strange     | Pilates        | town pool | L1          | 0     | 2.5               |          | women_only      | 2026-07-02 | other                                   |                     | 2026-09-30 |
    list     | programme        | 2              |             | keep-fit       | City Hall | L2          | 6     | 0.5               | 9        | referral        | 2026-07-01 |                                         | volunteer           |            |
    list     | programme        | 3              |             |                | City Hall | L2          |       |                   | 9        | members_only    |            |                                         |                     |            |
    list     | programme        | 4              |             |                | City Hall |             | 3     |                   |          |                 |            |                                         |                     |            |
"""  # noqa: E501 - a text table cannot be broken
