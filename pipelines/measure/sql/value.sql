-- What programmes cost for each person who was referred, started, completed or was newly active at 12 weeks; and what became of sickness absence and work. The people are those of programme_outcomes.
with
in_icb as (
    -- The ICB's neighbourhoods as its borders stood on $boundaries_on.
    select area_code as lsoa21_code,
        max(parent_ods_code) as icb_ods_code, max(parent_name) as icb_name
    from geography
    where area_type = 'lsoa21' and parent_type = 'icb' and parent_code = $icb_code
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
    group by area_code
),
icb as (
    select $icb_code as icb_code, max(icb_ods_code) as icb_ods_code, max(icb_name) as icb_name
    from in_icb
),
cohort_window as (
    -- Two cohorts: each has had 14 weeks more than it needs, to start late and to be measured.
    select '12_weeks' as timepoint, $cohort_from as referred_from, $cohort_to as referred_to
    union all
    select '12_months', $year_cohort_from, $year_cohort_to
),
first_referral as (
    -- A person counts once in a cohort, by the first referral in its twelve months.
    select cohort_window.timepoint, person.person_key, person.lsoa21_code, person_referral.*,
        row_number() over (
            partition by cohort_window.timepoint, person.person_key
            order by person_referral.referred_on, person_referral.provider,
                person_referral.referral_key
        ) as preference
    from person_referral
    join person on person.provider = person_referral.provider
        and person.member_key = person_referral.member_key
    join cohort_window on person_referral.referred_on >= cohort_window.referred_from
        and person_referral.referred_on <= cohort_window.referred_to
),
cohort as (
    -- Each later step needs the one before it and a day inside the period.
    select first_referral.timepoint, first_referral.provider, first_referral.referral_key,
        first_referral.programme,
        case when first_referral.started_on <= $period_end then 1 else 0 end as has_started,
        case
            when first_referral.started_on <= $period_end
                and first_referral.completed_on <= $period_end then 1
            else 0
        end as has_completed
    from first_referral
    join in_icb on in_icb.lsoa21_code = first_referral.lsoa21_code
    where first_referral.preference = 1
),

-- What the twelve months of the cohort cost: each sum by the days of it that fall into them. A
-- programme is priced when every provider that ran it in these months, wherever, has told a sum
-- for all of the days; the ICB when all programmes are.
cost_within as (
    select programme_provider, programme, cost_gbp, period_start, period_end,
        case when period_start > $cohort_from then period_start else $cohort_from end as from_day,
        case when period_end < $cohort_to then period_end else $cohort_to end as to_day
    from programme_cost
    where icb_code = $icb_code and period_start <= $cohort_to and period_end >= $cohort_from
),
price as (
    select programme_provider as provider, programme,
        sum(
            cost_gbp * (date_diff('day', from_day, to_day) + 1)
            / (date_diff('day', period_start, period_end) + 1)
        ) as pounds,
        sum(date_diff('day', from_day, to_day) + 1) as days
    from cost_within
    group by programme_provider, programme
),
run_programme as (
    select distinct provider, programme
    from person_referral
    where referred_on between $cohort_from and $cohort_to
),
priced_run as (
    select run_programme.programme, price.pounds
    from run_programme
    left join price on price.provider = run_programme.provider
        and price.programme = run_programme.programme
        and price.days = date_diff('day', $cohort_from, $cohort_to) + 1
),
money as (
    -- Whole pounds; a price that is not complete is none.
    select 'programme' as category_type, programme as category,
        floor(sum(pounds) + 0.5) as pounds
    from priced_run
    group by programme
    having count(*) = count(pounds)
    union all
    select 'all', 'all', floor(sum(pounds) + 0.5)
    from priced_run
    having count(*) = count(pounds) and count(*) > 0
),

-- How far people came, for the whole ICB and by programme.
one_way as (
    select has_started, has_completed, 'all' as category_type, 'all' as category
    from cohort
    where timepoint = '12_weeks'
    union all
    select has_started, has_completed, 'programme', programme
    from cohort
    where timepoint = '12_weeks'
),
funnel as (
    select category_type, category, count(*) as referred, sum(has_started) as started,
        sum(has_completed) as completed
    from one_way
    group by category_type, category
),

-- Starters' first and later answers to one question.
both_answers as (
    select cohort.timepoint, baseline.measure, baseline.score as first_score,
        later.score as later_score, abs(later.score - baseline.score) as size
    from cohort
    join person_outcome baseline on baseline.provider = cohort.provider
        and baseline.referral_key = cohort.referral_key and baseline.timepoint = 'baseline'
    join person_outcome later on later.provider = cohort.provider
        and later.referral_key = cohort.referral_key and later.timepoint = cohort.timepoint
        and later.measure = baseline.measure
        and later.recorded_on > baseline.recorded_on and later.recorded_on <= $period_end
    where cohort.has_started = 1
        and baseline.measure in ('active_minutes_week', 'sickness_absence_days_28', 'work_status')
),
starters as (
    select timepoint, sum(has_started) as starters
    from cohort
    group by timepoint
),
asked as (
    -- Questions that any starter here was ever asked.
    select distinct cohort.timepoint, person_outcome.measure
    from cohort
    join person_outcome on person_outcome.provider = cohort.provider
        and person_outcome.referral_key = cohort.referral_key
    where cohort.has_started = 1 and person_outcome.recorded_on <= $period_end
),
ranked_answer as (
    -- Who moves a sum most, so that no mean says what one person did.
    select both_answers.*,
        row_number() over (partition by timepoint, measure order by size desc) as size_rank
    from both_answers
),
answers as (
    select timepoint, measure, count(*) as pairs,
        sum(later_score - first_score) as total,
        sum((later_score - first_score) * (later_score - first_score)) as total_squares,
        sum(size) as total_absolute, max(size) as largest,
        max(case when size_rank = 2 then size end) as second_largest,
        sum(case when first_score < 30 then 1 else 0 end) as under_30,
        sum(case when first_score < 30 and later_score >= 30 then 1 else 0 end) as newly_30,
        sum(case when first_score = 2 then 1 else 0 end) as off_sick,
        sum(case when first_score = 2 and later_score = 1 then 1 else 0 end) as returned
    from ranked_answer
    group by timepoint, measure
),
outcome as (
    select asked.timepoint, asked.measure, starters.starters,
        coalesce(answers.pairs, 0) as pairs, answers.total, answers.total_squares,
        answers.total_absolute, answers.largest, answers.second_largest,
        coalesce(answers.under_30, 0) as under_30, coalesce(answers.newly_30, 0) as newly_30,
        coalesce(answers.off_sick, 0) as off_sick, coalesce(answers.returned, 0) as returned
    from asked
    join starters on starters.timepoint = asked.timepoint
    left join answers on answers.timepoint = asked.timepoint
        and answers.measure = asked.measure
),
work_indicator (timepoint, completeness_of_absence, change_in_absence, completeness_of_status,
    off_sick_at_entry, returned_to_work) as (
    values
        ('12_weeks', 'completeness_of_sickness_absence_12_weeks',
            'change_in_sickness_absence_12_weeks', 'completeness_of_work_status_12_weeks',
            'off_sick_at_entry_12_weeks', 'returned_to_work_12_weeks'),
        ('12_months', 'completeness_of_sickness_absence_12_months',
            'change_in_sickness_absence_12_months', 'completeness_of_work_status_12_months',
            'off_sick_at_entry_12_months', 'returned_to_work_12_months')
),

figure as (
    select '12_weeks' as timepoint, 'cost_per_person_referred' as indicator_id,
        funnel.category_type, funnel.category, funnel.referred as count,
        money.pounds as denominator, null as total, null as total_squares,
        null as total_absolute, null as largest, null as second_largest
    from funnel
    join money on money.category_type = funnel.category_type and money.category = funnel.category
    union all
    select '12_weeks', 'cost_per_starter', funnel.category_type, funnel.category, funnel.started,
        money.pounds, null, null, null, null, null
    from funnel
    join money on money.category_type = funnel.category_type and money.category = funnel.category
    union all
    select '12_weeks', 'cost_per_completer', funnel.category_type, funnel.category,
        funnel.completed, money.pounds, null, null, null, null, null
    from funnel
    join money on money.category_type = funnel.category_type and money.category = funnel.category
    union all
    select '12_weeks', 'cost_per_newly_active_person', 'all', 'all', outcome.newly_30,
        money.pounds, null, null, null, null, null
    from outcome
    join money on money.category_type = 'all'
    where outcome.timepoint = '12_weeks' and outcome.measure = 'active_minutes_week'
    union all
    select '12_weeks', 'measured_for_activity_12_weeks', 'all', 'all', pairs, starters, null,
        null, null, null, null
    from outcome
    where timepoint = '12_weeks' and measure = 'active_minutes_week'
    union all
    select '12_weeks', 'inactive_at_entry_12_weeks', 'all', 'all', under_30, pairs, null, null,
        null, null, null
    from outcome
    where timepoint = '12_weeks' and measure = 'active_minutes_week'
    union all
    select '12_weeks', 'newly_active_12_weeks', 'all', 'all', newly_30, under_30, null, null,
        null, null, null
    from outcome
    where timepoint = '12_weeks' and measure = 'active_minutes_week'
    union all
    select outcome.timepoint, work_indicator.completeness_of_absence, 'all', 'all', pairs,
        starters, null, null, null, null, null
    from outcome
    join work_indicator on work_indicator.timepoint = outcome.timepoint
    where outcome.measure = 'sickness_absence_days_28'
    union all
    select outcome.timepoint, work_indicator.change_in_absence, 'all', 'all', pairs, null, total,
        total_squares, total_absolute, largest, second_largest
    from outcome
    join work_indicator on work_indicator.timepoint = outcome.timepoint
    where outcome.measure = 'sickness_absence_days_28'
    union all
    select outcome.timepoint, work_indicator.completeness_of_status, 'all', 'all', pairs,
        starters, null, null, null, null, null
    from outcome
    join work_indicator on work_indicator.timepoint = outcome.timepoint
    where outcome.measure = 'work_status'
    union all
    select outcome.timepoint, work_indicator.off_sick_at_entry, 'all', 'all', off_sick, pairs,
        null, null, null, null, null
    from outcome
    join work_indicator on work_indicator.timepoint = outcome.timepoint
    where outcome.measure = 'work_status'
    union all
    select outcome.timepoint, work_indicator.returned_to_work, 'all', 'all', returned, off_sick,
        null, null, null, null, null
    from outcome
    join work_indicator on work_indicator.timepoint = outcome.timepoint
    where outcome.measure = 'work_status'
),
delivered as (
    select distinct provider, table_name
    from intake_count
    where fate = 'kept' and "rows" > 0
),
coverage as (
    select count(distinct agreed_file.provider) as providers_expected,
        count(distinct delivered.provider) as providers_reporting
    from agreed_file
    left join delivered on delivered.provider = agreed_file.provider
        and delivered.table_name = agreed_file.table_name
    where agreed_file.table_name = 'referral'
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    cohort_window.referred_from as period_start, cohort_window.referred_to as period_end,
    'persons' as sex, 'all' as age_band, figure.category_type, figure.category, figure.count,
    figure.denominator, figure.total, figure.total_squares, figure.total_absolute,
    figure.largest, figure.second_largest,
    coverage.providers_reporting, coverage.providers_expected
from figure
join cohort_window on cohort_window.timepoint = figure.timepoint
cross join icb
cross join coverage
