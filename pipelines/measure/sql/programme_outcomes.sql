-- People referred in the twelve months that end 26 weeks before the period does: how many started, kept to it for twelve weeks and completed; and how the scores of those who were measured twice changed after twelve weeks, and of those referred 40 weeks before them after twelve months.
with
published_scale (scale, people, per_unit, change_12_weeks, change_12_months) as (
    -- Scales with the same `people` are given for the same people: whoever has all of them.
    -- Changes are summed in parts of a unit: EQ-5D-5L values in thousandths.
    values
        ('active_minutes_week', 'active_minutes', 1, 'change_in_active_minutes_12_weeks',
            'change_in_active_minutes_12_months'),
        ('ipaq_met_minutes', 'ipaq', 1, 'change_in_ipaq_12_weeks', 'change_in_ipaq_12_months'),
        ('swemwbs', 'swemwbs', 1, 'change_in_swemwbs_12_weeks', 'change_in_swemwbs_12_months'),
        ('eq5d5l_uk_2026', 'eq5d5l', 1000, 'change_in_eq5d5l_uk_2026_12_weeks',
            'change_in_eq5d5l_uk_2026_12_months'),
        ('eq5d5l_england_2018', 'eq5d5l', 1000, 'change_in_eq5d5l_england_2018_12_weeks',
            'change_in_eq5d5l_england_2018_12_months'),
        ('eq5d5l_crosswalk_2012', 'eq5d5l', 1000, 'change_in_eq5d5l_crosswalk_2012_12_weeks',
            'change_in_eq5d5l_crosswalk_2012_12_months'),
        ('ons4_satisfaction', 'ons4', 1, 'change_in_ons4_satisfaction_12_weeks',
            'change_in_ons4_satisfaction_12_months'),
        ('ons4_worthwhile', 'ons4', 1, 'change_in_ons4_worthwhile_12_weeks',
            'change_in_ons4_worthwhile_12_months'),
        ('ons4_happiness', 'ons4', 1, 'change_in_ons4_happiness_12_weeks',
            'change_in_ons4_happiness_12_months'),
        ('ons4_anxiety', 'ons4', 1, 'change_in_ons4_anxiety_12_weeks',
            'change_in_ons4_anxiety_12_months'),
        ('weight_kg', 'weight', 1, 'change_in_weight_12_weeks', 'change_in_weight_12_months'),
        ('bmi', 'bmi', 1, 'change_in_bmi_12_weeks', 'change_in_bmi_12_months'),
        ('systolic_bp', 'blood_pressure', 1, 'change_in_systolic_blood_pressure_12_weeks',
            'change_in_systolic_blood_pressure_12_months'),
        ('diastolic_bp', 'blood_pressure', 1, 'change_in_diastolic_blood_pressure_12_weeks',
            'change_in_diastolic_blood_pressure_12_months'),
        ('hba1c_mmol_mol', 'hba1c', 1, 'change_in_hba1c_12_weeks', 'change_in_hba1c_12_months'),
        ('six_minute_walk_m', 'six_minute_walk', 1, 'change_in_six_minute_walk_12_weeks',
            'change_in_six_minute_walk_12_months'),
        ('oxford_hip', 'oxford_hip', 1, 'change_in_oxford_hip_12_weeks',
            'change_in_oxford_hip_12_months'),
        ('oxford_knee', 'oxford_knee', 1, 'change_in_oxford_knee_12_weeks',
            'change_in_oxford_knee_12_months')
),
completeness_indicator (scale, completeness_12_weeks, completeness_12_months) as (
    -- One scale stands for all that are given for the same people.
    values
        ('active_minutes_week', 'completeness_of_active_minutes_12_weeks',
            'completeness_of_active_minutes_12_months'),
        ('ipaq_met_minutes', 'completeness_of_ipaq_12_weeks', 'completeness_of_ipaq_12_months'),
        ('swemwbs', 'completeness_of_swemwbs_12_weeks', 'completeness_of_swemwbs_12_months'),
        ('eq5d5l_uk_2026', 'completeness_of_eq5d5l_12_weeks', 'completeness_of_eq5d5l_12_months'),
        ('ons4_satisfaction', 'completeness_of_ons4_12_weeks', 'completeness_of_ons4_12_months'),
        ('weight_kg', 'completeness_of_weight_12_weeks', 'completeness_of_weight_12_months'),
        ('bmi', 'completeness_of_bmi_12_weeks', 'completeness_of_bmi_12_months'),
        ('systolic_bp', 'completeness_of_blood_pressure_12_weeks',
            'completeness_of_blood_pressure_12_months'),
        ('hba1c_mmol_mol', 'completeness_of_hba1c_12_weeks', 'completeness_of_hba1c_12_months'),
        ('six_minute_walk_m', 'completeness_of_six_minute_walk_12_weeks',
            'completeness_of_six_minute_walk_12_months'),
        ('oxford_hip', 'completeness_of_oxford_hip_12_weeks',
            'completeness_of_oxford_hip_12_months'),
        ('oxford_knee', 'completeness_of_oxford_knee_12_weeks',
            'completeness_of_oxford_knee_12_months')
),
reached_indicator (scale, reached_12_weeks, reached_12_months) as (
    values
        ('swemwbs', 'difference_reached_in_swemwbs_12_weeks',
            'difference_reached_in_swemwbs_12_months'),
        ('weight_kg', 'difference_reached_in_weight_12_weeks',
            'difference_reached_in_weight_12_months'),
        ('six_minute_walk_m', 'difference_reached_in_six_minute_walk_12_weeks',
            'difference_reached_in_six_minute_walk_12_months'),
        ('oxford_hip', 'difference_reached_in_oxford_hip_12_weeks',
            'difference_reached_in_oxford_hip_12_months'),
        ('oxford_knee', 'difference_reached_in_oxford_knee_12_weeks',
            'difference_reached_in_oxford_knee_12_months')
),
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
quintile as (
    select area_code as lsoa21_code,
        case
            when decile <= 2 then '1 most deprived fifth'
            when decile <= 4 then '2'
            when decile <= 6 then '3'
            when decile <= 8 then '4'
            else '5 least deprived fifth'
        end as quintile
    from deprivation
    where index_version = 'imd2025'
),
cohort_window as (
    -- Two cohorts: each has had 14 weeks more than it needs, to start late and to be measured.
    select '12_weeks' as timepoint, $cohort_from as referred_from, $cohort_to as referred_to
    union all
    select '12_months', $year_cohort_from, $year_cohort_to
),
first_referral as (
    -- A person counts once in a cohort, by the first referral in its twelve months.
    select cohort_window.timepoint, person.person_key, person.sex, person.lsoa21_code,
        person_referral.*,
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
        first_referral.condition, quintile.quintile,
        case first_referral.sex when '1' then 'male' when '2' then 'female' end as sex,
        case when first_referral.started_on <= $period_end then 1 else 0 end as has_started,
        -- Whoever was still attending after the period had lasted 84 days if 84 days had passed.
        case
            when date_diff('day', first_referral.started_on, $period_end) < 84 then 0
            when date_diff('day', first_referral.started_on, first_referral.last_attended_on)
                >= 84 then 1
            when date_diff('day', first_referral.started_on, first_referral.completed_on)
                >= 84 then 1
            else 0
        end as has_adhered,
        case
            when first_referral.started_on <= $period_end
                and first_referral.completed_on <= $period_end then 1
            else 0
        end as has_completed
    from first_referral
    join in_icb on in_icb.lsoa21_code = first_referral.lsoa21_code
    left join quintile on quintile.lsoa21_code = first_referral.lsoa21_code
    where first_referral.preference = 1
),
one_way as (
    select has_started, has_adhered, has_completed,
        'persons' as sex, 'all' as category_type, 'all' as category
    from cohort
    where timepoint = '12_weeks'
    union all
    select has_started, has_adhered, has_completed, sex, 'all', 'all'
    from cohort
    where timepoint = '12_weeks' and sex is not null
    union all
    select has_started, has_adhered, has_completed, 'persons', 'condition', condition
    from cohort
    where timepoint = '12_weeks'
    union all
    select has_started, has_adhered, has_completed, 'persons', 'deprivation_quintile', quintile
    from cohort
    where timepoint = '12_weeks' and quintile is not null
),
funnel as (
    select sex, category_type, category, count(*) as referred, sum(has_started) as started,
        sum(has_adhered) as adhered, sum(has_completed) as completed
    from one_way
    group by sex, category_type, category
),
both_scores as (
    -- Starters' first and later score on a scale.
    select cohort.timepoint, cohort.provider, cohort.referral_key, cohort.condition,
        published_scale.people, published_scale.scale, published_scale.per_unit,
        baseline.score as baseline_score, later.score - baseline.score as change,
        count(*) over (
            partition by cohort.timepoint, cohort.provider, cohort.referral_key,
                published_scale.people
        ) as scales
    from cohort
    join outcome_score baseline on baseline.provider = cohort.provider
        and baseline.referral_key = cohort.referral_key and baseline.timepoint = 'baseline'
    join outcome_score later on later.provider = cohort.provider
        and later.referral_key = cohort.referral_key and later.timepoint = cohort.timepoint
        and later.scale = baseline.scale
        and later.recorded_on > baseline.recorded_on and later.recorded_on <= $period_end
    join published_scale on published_scale.scale = baseline.scale
    where cohort.has_started = 1
),
all_scales as (
    select people, count(*) as scales
    from published_scale
    group by people
),
used_difference as (
    -- The smallest change that matters, as the table of differences has it.
    select minimal_difference.scale, minimal_difference.condition,
        case when outcome_scale.better = 'higher' then 1 else -1 end as direction,
        case when minimal_difference.measured_in = 'points'
            then minimal_difference.difference else 0 end as points,
        case when minimal_difference.measured_in = 'percent of baseline'
            then minimal_difference.difference / 100 else 0 end as part_of_baseline
    from minimal_difference
    join outcome_scale on outcome_scale.scale = minimal_difference.scale
    where minimal_difference.is_used
),
pair as (
    -- One who has every scale of its group at both times. A difference that was found in people
    -- with the same condition goes before one that is used for everybody.
    select both_scores.timepoint, both_scores.provider, both_scores.referral_key,
        both_scores.scale, both_scores.change * both_scores.per_unit as change,
        case
            when round(
                coalesce(own.direction, general.direction) * both_scores.change
                - coalesce(own.points, general.points)
                - coalesce(own.part_of_baseline, general.part_of_baseline)
                * both_scores.baseline_score, 6
            ) >= 0 then 1
            else 0
        end as has_reached
    from both_scores
    join all_scales on all_scales.people = both_scores.people
        and all_scales.scales = both_scores.scales
    left join used_difference own on own.scale = both_scores.scale
        and own.condition = both_scores.condition
    left join used_difference general on general.scale = both_scores.scale
        and general.condition = 'all'
),
used_scale as (
    -- Scales that any starter here was ever measured with.
    select distinct cohort.timepoint, published_scale.scale
    from cohort
    join outcome_score on outcome_score.provider = cohort.provider
        and outcome_score.referral_key = cohort.referral_key
    join published_scale on published_scale.scale = outcome_score.scale
    where cohort.has_started = 1 and outcome_score.recorded_on <= $period_end
),
counted_person as (
    -- Everybody referred, starter or not: a row that is not there would say that nobody started.
    select timepoint, provider, referral_key, has_started, 'all' as category_type,
        'all' as category
    from cohort
    union all
    select timepoint, provider, referral_key, has_started, 'condition', condition
    from cohort
),
person_score as (
    -- Who moves a sum most, so that no mean says what one person did.
    select counted_person.timepoint, used_scale.scale, counted_person.category_type,
        counted_person.category, counted_person.has_started, pair.change, pair.has_reached,
        abs(pair.change) as size,
        row_number() over (
            partition by counted_person.timepoint, used_scale.scale,
                counted_person.category_type, counted_person.category
            order by coalesce(abs(pair.change), -1) desc
        ) as size_rank
    from counted_person
    join used_scale on used_scale.timepoint = counted_person.timepoint
    left join pair on pair.provider = counted_person.provider
        and pair.referral_key = counted_person.referral_key
        and pair.timepoint = counted_person.timepoint and pair.scale = used_scale.scale
),
outcome as (
    select timepoint, scale, category_type, category, sum(has_started) as starters,
        count(change) as pairs, coalesce(sum(has_reached), 0) as reached, sum(change) as total,
        sum(change * change) as total_squares, sum(size) as total_absolute,
        max(size) as largest, max(case when size_rank = 2 then size end) as second_largest
    from person_score
    group by timepoint, scale, category_type, category
),
figure as (
    select '12_weeks' as timepoint, 'referred' as indicator_id, sex, category_type, category,
        referred as count, null as denominator, null as total, null as total_squares,
        null as total_absolute, null as largest, null as second_largest
    from funnel
    union all
    select '12_weeks', 'started_of_referred', sex, category_type, category, started, referred,
        null, null, null, null, null
    from funnel
    union all
    select '12_weeks', 'adhered_of_started', sex, category_type, category, adhered, started,
        null, null, null, null, null
    from funnel
    union all
    select '12_weeks', 'adhered_of_referred', sex, category_type, category, adhered, referred,
        null, null, null, null, null
    from funnel
    union all
    select '12_weeks', 'completed_of_started', sex, category_type, category, completed, started,
        null, null, null, null, null
    from funnel
    union all
    select '12_weeks', 'completed_of_referred', sex, category_type, category, completed,
        referred, null, null, null, null, null
    from funnel
    union all
    select outcome.timepoint,
        case outcome.timepoint when '12_weeks' then published_scale.change_12_weeks
            else published_scale.change_12_months end,
        'persons', outcome.category_type, outcome.category, outcome.pairs, null, outcome.total,
        outcome.total_squares, outcome.total_absolute, outcome.largest, outcome.second_largest
    from outcome
    join published_scale on published_scale.scale = outcome.scale
    union all
    select outcome.timepoint,
        case outcome.timepoint when '12_weeks' then completeness_12_weeks
            else completeness_12_months end,
        'persons', outcome.category_type, outcome.category, outcome.pairs, outcome.starters,
        null, null, null, null, null
    from outcome
    join completeness_indicator on completeness_indicator.scale = outcome.scale
    union all
    -- A difference that was found in people with one condition judges nobody else.
    select outcome.timepoint,
        case outcome.timepoint when '12_weeks' then reached_12_weeks else reached_12_months end,
        'persons', outcome.category_type, outcome.category, outcome.reached, outcome.pairs,
        null, null, null, null, null
    from outcome
    join reached_indicator on reached_indicator.scale = outcome.scale
    left join used_difference own on own.scale = outcome.scale
        and outcome.category_type = 'condition' and own.condition = outcome.category
    left join used_difference general on general.scale = outcome.scale
        and general.condition = 'all'
    where own.scale is not null or general.scale is not null
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
    figure.sex, 'all' as age_band, figure.category_type, figure.category, figure.count,
    figure.denominator, figure.total, figure.total_squares, figure.total_absolute,
    figure.largest, figure.second_largest,
    coverage.providers_reporting, coverage.providers_expected
from figure
join cohort_window on cohort_window.timepoint = figure.timepoint
cross join icb
cross join coverage
