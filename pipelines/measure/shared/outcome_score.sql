-- Every score of every referral on its scale: as recorded, by a metric table or a value set, or put together from its parts.
with
ipaq_part (days_measure, minutes_measure, met) as (
    -- IPAQ short form: METs of walking, moderate and vigorous activity.
    values
        ('ipaq_walking_days', 'ipaq_walking_minutes', 3.3),
        ('ipaq_moderate_days', 'ipaq_moderate_minutes', 4.0),
        ('ipaq_vigorous_days', 'ipaq_vigorous_minutes', 8.0)
),
ipaq_answer as (
    -- On no day needs no minutes; on some days does.
    select answered_days.provider, answered_days.referral_key, answered_days.timepoint,
        answered_days.recorded_on, ipaq_part.met, answered_days.score as days,
        case when answered_days.score = 0 then 0 else answered_minutes.score end as minutes
    from person_outcome answered_days
    join ipaq_part on ipaq_part.days_measure = answered_days.measure
    left join person_outcome answered_minutes
        on answered_minutes.provider = answered_days.provider
        and answered_minutes.referral_key = answered_days.referral_key
        and answered_minutes.timepoint = answered_days.timepoint
        and answered_minutes.measure = ipaq_part.minutes_measure
),
ipaq as (
    -- The protocol of 2005: under 10 minutes a day is none, over 180 counts as 180, over 16 hours
    -- in all is no answer, and neither is one without all three parts.
    select provider, referral_key, timepoint, max(recorded_on) as recorded_on,
        sum(
            met * days
            * case when minutes < 10 then 0 when minutes > 180 then 180 else minutes end
        ) as score
    from ipaq_answer
    group by provider, referral_key, timepoint
    having count(*) = 3 and count(minutes) = 3 and sum(minutes) <= 960
)

-- As recorded; by a metric table or a value set; or put together from its parts.
select provider, referral_key, timepoint, recorded_on, measure as scale, score
from person_outcome
union all
select person_outcome.provider, person_outcome.referral_key, person_outcome.timepoint,
    person_outcome.recorded_on, score_value.scale, score_value.value
from person_outcome
join score_value on score_value.measure = person_outcome.measure
    and score_value.recorded = person_outcome.score
union all
select provider, referral_key, timepoint, recorded_on, 'ipaq_met_minutes', score
from ipaq
