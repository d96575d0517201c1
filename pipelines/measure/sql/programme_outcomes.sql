-- People referred in the twelve months that end 26 weeks before the period does: how many started, kept to it for twelve weeks and completed, and how their scores changed in the first twelve weeks.
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
first_referral as (
    -- A person counts once, by the first referral in the cohort's twelve months.
    select person.person_key, person.sex, person.lsoa21_code, person_referral.*,
        row_number() over (
            partition by person.person_key
            order by person_referral.referred_on, person_referral.provider,
                person_referral.referral_key
        ) as preference
    from person_referral
    join person on person.provider = person_referral.provider
        and person.member_key = person_referral.member_key
    where person_referral.referred_on between $cohort_from and $cohort_to
),
cohort as (
    -- Each later step needs the one before it and a day inside the period.
    select first_referral.provider, first_referral.referral_key, first_referral.condition,
        quintile.quintile,
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
paired as (
    -- Starters with a score both at the start and after twelve weeks.
    select cohort.provider, cohort.referral_key, baseline.measure,
        later.score - baseline.score as change
    from cohort
    join person_outcome baseline on baseline.provider = cohort.provider
        and baseline.referral_key = cohort.referral_key and baseline.timepoint = 'baseline'
    join person_outcome later on later.provider = cohort.provider
        and later.referral_key = cohort.referral_key and later.timepoint = '12_weeks'
        and later.measure = baseline.measure
    where cohort.has_started = 1 and later.recorded_on <= $period_end
        and baseline.measure in ('active_minutes_week', 'weight_kg')
),
one_way as (
    select provider, referral_key, has_started, has_adhered, has_completed,
        'persons' as sex, 'all' as category_type, 'all' as category
    from cohort
    union all
    select provider, referral_key, has_started, has_adhered, has_completed, sex, 'all', 'all'
    from cohort
    where sex is not null
    union all
    select provider, referral_key, has_started, has_adhered, has_completed, 'persons',
        'condition', condition
    from cohort
    union all
    select provider, referral_key, has_started, has_adhered, has_completed, 'persons',
        'deprivation_quintile', quintile
    from cohort
    where quintile is not null
),
people as (
    select sex, category_type, category, count(*) as referred, sum(has_started) as started,
        sum(has_adhered) as adhered, sum(has_completed) as completed
    from one_way
    group by sex, category_type, category
),
score as (
    select 'active_minutes_week' as measure, 'change_in_active_minutes_12_weeks' as change_id,
        'completeness_of_active_minutes_12_weeks' as completeness_id
    union all
    select 'weight_kg', 'change_in_weight_12_weeks', 'completeness_of_weight_12_weeks'
),
person_score as (
    -- Everybody referred, starter or not: a row that is not there would say that nobody started.
    select one_way.sex, one_way.category_type, one_way.category, one_way.has_started,
        score.change_id, score.completeness_id, paired.change, abs(paired.change) as size,
        -- Who moves a sum most, so that no mean says what one person did.
        row_number() over (
            partition by one_way.sex, one_way.category_type, one_way.category, score.change_id
            order by coalesce(abs(paired.change), -1) desc
        ) as size_rank
    from one_way
    cross join score
    left join paired on paired.provider = one_way.provider
        and paired.referral_key = one_way.referral_key and paired.measure = score.measure
),
change as (
    select sex, category_type, category, change_id, completeness_id, sum(has_started) as starters,
        count(change) as pairs, sum(change) as total, sum(change * change) as total_squares,
        sum(size) as total_absolute, max(size) as largest,
        max(case when size_rank = 2 then size end) as second_largest
    from person_score
    group by sex, category_type, category, change_id, completeness_id
),
figure as (
    select 'referred' as indicator_id, sex, category_type, category, referred as count,
        null as denominator, null as total, null as total_squares, null as total_absolute,
        null as largest, null as second_largest
    from people
    union all
    select 'started_of_referred', sex, category_type, category, started, referred, null, null,
        null, null, null
    from people
    union all
    select 'adhered_of_started', sex, category_type, category, adhered, started, null, null,
        null, null, null
    from people
    union all
    select 'adhered_of_referred', sex, category_type, category, adhered, referred, null, null,
        null, null, null
    from people
    union all
    select 'completed_of_started', sex, category_type, category, completed, started, null, null,
        null, null, null
    from people
    union all
    select 'completed_of_referred', sex, category_type, category, completed, referred, null, null,
        null, null, null
    from people
    union all
    select change_id, sex, category_type, category, pairs, null, total, total_squares,
        total_absolute, largest, second_largest
    from change
    union all
    select completeness_id, sex, category_type, category, pairs, starters, null, null,
        null, null, null
    from change
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
    $cohort_from as period_start, $cohort_to as period_end, figure.sex, 'all' as age_band,
    figure.category_type, figure.category, figure.count, figure.denominator,
    figure.total, figure.total_squares, figure.total_absolute, figure.largest,
    figure.second_largest,
    coverage.providers_reporting, coverage.providers_expected
from figure
cross join icb
cross join coverage
