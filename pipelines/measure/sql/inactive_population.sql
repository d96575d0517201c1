-- Never added up: adults estimated to be inactive where people live, with a range; adult members and starters of programmes beside them; members with few recorded visits; people who said that they were inactive when their programme began.
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
district as (
    -- The district of every neighbourhood in England: rates are matched to whole districts.
    select area_code as lsoa21_code, min(parent_code) as ltla_code, min(parent_name) as ltla_name
    from geography
    where area_type = 'lsoa21' and parent_type = 'ltla'
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
    group by area_code
),
place as (
    -- Some lookups name neighbourhoods and some do not; a name holds whatever the vintage.
    select area_code as lsoa21_code, max(area_name) as lsoa21_name
    from geography
    where area_type = 'lsoa21'
    group by area_code
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

-- Modelled: England's pattern (see shared/inactivity_pattern.sql), matched so that each whole
-- district has its own newest published percentage.
published as (
    select area_code as ltla_code, period, value, lower_ci_95, upper_ci_95
    from health_indicator
    where indicator_id = '93015' and area_type = 'ltla' and sex = 'persons'
        and coalesce(category_type, '') = '' and value is not null
),
district_rate as (
    select ltla_code, avg(value) as rate
    from published
    where period = (select max(period) from published)
    group by ltla_code
),
survey_limits as (
    -- How wide the survey's own limits are beside its value, where and when they were published.
    select ltla_code, avg(lower_ci_95 / value) as lower, avg(upper_ci_95 / value) as upper
    from published
    where value > 0 and lower_ci_95 is not null and upper_ci_95 is not null
        and period = (select max(period) from published where lower_ci_95 is not null)
    group by ltla_code
),
reaching_in as (
    select distinct district.ltla_code
    from district
    join in_icb on in_icb.lsoa21_code = district.lsoa21_code
),
pattern as (
    -- Every neighbourhood of the districts that reach into the ICB.
    select district.ltla_code, inactivity_pattern.*
    from inactivity_pattern
    join district on district.lsoa21_code = inactivity_pattern.lsoa21_code
    join reaching_in on reaching_in.ltla_code = district.ltla_code
),
factor as (
    -- A district without a published rate has no estimate: an inner join, so that the gap shows.
    select pattern.ltla_code,
        max(district_rate.rate) / 100 * sum(pattern.adults) / sum(pattern.fitted) as fitted,
        max(district_rate.rate) / 100 * sum(pattern.adults) / sum(pattern.by_deprivation)
            as by_deprivation,
        max(district_rate.rate) / 100 * sum(pattern.adults) / sum(pattern.by_age_and_sex)
            as by_age_and_sex,
        max(district_rate.rate) / 100 * sum(pattern.adults) / sum(pattern.multiplied)
            as multiplied
    from pattern
    join district_rate on district_rate.ltla_code = pattern.ltla_code
    group by pattern.ltla_code
),
modelled as (
    select pattern.lsoa21_code, pattern.ltla_code, pattern.sex, pattern.age_band, pattern.adults,
        quintile.quintile, pattern.fitted * factor.fitted as inactive,
        pattern.by_deprivation * factor.by_deprivation as by_deprivation,
        pattern.by_age_and_sex * factor.by_age_and_sex as by_age_and_sex,
        pattern.multiplied * factor.multiplied as multiplied
    from pattern
    join factor on factor.ltla_code = pattern.ltla_code
    join in_icb on in_icb.lsoa21_code = pattern.lsoa21_code
    left join quintile on quintile.lsoa21_code = pattern.lsoa21_code
),
ways_to_cut as (
    select 'persons' as sex, '19+' as age_band
    union all select 'female', '19+'
    union all select 'male', '19+'
    union all select 'persons', '19-34'
    union all select 'persons', '35-49'
    union all select 'persons', '50-64'
    union all select 'persons', '65+'
    union all select 'female', '19-34'
    union all select 'female', '35-49'
    union all select 'female', '50-64'
    union all select 'female', '65+'
    union all select 'male', '19-34'
    union all select 'male', '35-49'
    union all select 'male', '50-64'
    union all select 'male', '65+'
),
cut as (
    select modelled.lsoa21_code, modelled.ltla_code, ways_to_cut.sex, ways_to_cut.age_band,
        modelled.adults, modelled.inactive
    from modelled
    join ways_to_cut on ways_to_cut.sex in ('persons', modelled.sex)
        and ways_to_cut.age_band in ('19+', modelled.age_band)
),
modelled_area as (
    select lsoa21_code as area_code, 'lsoa21' as area_type, sex, age_band, 'all' as category_type,
        'all' as category, sum(inactive) as inactive, sum(adults) as adults
    from cut
    where (sex = 'persons') = (age_band = '19+')
    group by lsoa21_code, sex, age_band
    union all
    select ltla_code, 'ltla', sex, age_band, 'all', 'all', sum(inactive), sum(adults)
    from cut
    where (sex = 'persons') = (age_band = '19+')
    group by ltla_code, sex, age_band
    union all
    select $icb_code, 'icb', sex, age_band, 'all', 'all', sum(inactive), sum(adults)
    from cut
    group by sex, age_band
    union all
    select $icb_code, 'icb', 'persons', '19+', 'deprivation_quintile', quintile, sum(inactive),
        sum(adults)
    from modelled
    where quintile is not null
    group by quintile
),
range_in_place as (
    -- The most and the fewest of four models: nobody knows which is right in a neighbourhood.
    select lsoa21_code, sum(adults) as adults,
        least(sum(inactive), sum(by_deprivation), sum(by_age_and_sex), sum(multiplied)) as lowest,
        greatest(sum(inactive), sum(by_deprivation), sum(by_age_and_sex), sum(multiplied))
            as highest
    from modelled
    group by lsoa21_code
),
range_in_district as (
    select modelled.ltla_code, sum(modelled.adults) as adults,
        sum(modelled.inactive * survey_limits.lower) as lowest,
        sum(modelled.inactive * survey_limits.upper) as highest
    from modelled
    join survey_limits on survey_limits.ltla_code = modelled.ltla_code
    group by modelled.ltla_code
),
estimate as (
    select 'modelled_inactive_adults' as indicator_id, area_code, area_type, sex, age_band,
        category_type, category, inactive, adults
    from modelled_area
    union all
    select 'modelled_inactive_adults_lowest', lsoa21_code, 'lsoa21', 'persons', '19+', 'all',
        'all', lowest, adults
    from range_in_place
    union all
    select 'modelled_inactive_adults_highest', lsoa21_code, 'lsoa21', 'persons', '19+', 'all',
        'all', highest, adults
    from range_in_place
    union all
    select 'modelled_inactive_adults_survey_lower', ltla_code, 'ltla', 'persons', '19+', 'all',
        'all', lowest, adults
    from range_in_district
    union all
    select 'modelled_inactive_adults_survey_upper', ltla_code, 'ltla', 'persons', '19+', 'all',
        'all', highest, adults
    from range_in_district
),
named as (
    select lsoa21_code as area_code, null as area_ods_code, lsoa21_name as area_name
    from place
    union all
    select ltla_code, null, min(ltla_name)
    from district
    group by ltla_code
    union all
    select icb_code, icb_ods_code, icb_name
    from icb
),

-- Members of leisure providers, one row a person wherever they are members.
leisure as (
    select distinct provider from agreed_file where table_name = 'attendance'
),
membership as (
    -- Current members (or of unstated standing) whose consent covers all of the last 28 days.
    select person.*,
        row_number() over (
            partition by person.person_key order by person.provider, person.member_key
        ) as preference
    from person
    join leisure on leisure.provider = person.provider
    where person.person_kind = 'member'
        and (person.member_status is null or person.member_status = 'active')
        and exists (
            select 1
            from consent_period
            where consent_period.provider = person.provider
                and consent_period.member_key = person.member_key
                and consent_period.purpose = $purpose
                and consent_period.consented_from <= $last_28_days_from
                and (
                    consent_period.consented_until is null
                    or consent_period.consented_until >= $period_end
                )
        )
),
visit_days as (
    select membership.person_key, count(distinct person_day.attended_on) as days
    from membership
    join person_day on person_day.provider = membership.provider
        and person_day.member_key = membership.member_key
    where person_day.attended_on between $last_28_days_from and $period_end
    group by membership.person_key
),
entry as (
    -- The first baseline of each person in the period.
    select person.*, person_outcome.score,
        row_number() over (
            partition by person.person_key
            order by person_outcome.recorded_on, person_outcome.provider,
                person_outcome.referral_key
        ) as preference
    from person_outcome
    join person on person.provider = person_outcome.provider
        and person.member_key = person_outcome.member_key
    where person_outcome.measure = 'active_minutes_week'
        and person_outcome.timepoint = 'baseline'
        and person_outcome.recorded_on between $period_start and $period_end
),
starter as (
    -- The first programme that each person aged 19 and over began in the period.
    select person.*,
        row_number() over (
            partition by person.person_key
            order by person_referral.started_on, person_referral.provider,
                person_referral.referral_key
        ) as preference
    from person_referral
    join person on person.provider = person_referral.provider
        and person.member_key = person_referral.member_key
    where person_referral.started_on between $period_start and $period_end
        and $period_year - person.birth_year >= 19
),
counted as (
    select 'members_low_attendance' as indicator_id, membership.sex, membership.birth_year,
        membership.lsoa21_code,
        case when coalesce(visit_days.days, 0) < 4 then 1 else 0 end as is_case
    from membership
    left join visit_days on visit_days.person_key = membership.person_key
    where membership.preference = 1 and $period_year - membership.birth_year >= 19
    union all
    select 'inactive_at_entry', sex, birth_year, lsoa21_code,
        case when score < 30 then 1 else 0 end
    from entry
    where preference = 1
    union all
    select 'starters', sex, birth_year, lsoa21_code, 1
    from starter
    where preference = 1
),
resident as (
    select counted.indicator_id, counted.is_case, icb.icb_code, district.ltla_code,
        quintile.quintile,
        case counted.sex when '1' then 'male' when '2' then 'female' end as sex,
        case
            when $period_year - counted.birth_year < 19 then '0-18'
            when $period_year - counted.birth_year < 35 then '19-34'
            when $period_year - counted.birth_year < 50 then '35-49'
            when $period_year - counted.birth_year < 65 then '50-64'
            when $period_year - counted.birth_year >= 65 then '65+'
        end as age_band
    from counted
    join in_icb on in_icb.lsoa21_code = counted.lsoa21_code
    cross join icb
    left join district on district.lsoa21_code = counted.lsoa21_code
    left join quintile on quintile.lsoa21_code = counted.lsoa21_code
),
placed as (
    select indicator_id, is_case, icb_code as area_code, 'icb' as area_type, 'persons' as sex,
        'all' as age_band, 'all' as category_type, 'all' as category
    from resident
    union all
    select indicator_id, is_case, icb_code, 'icb', sex, 'all', 'all', 'all'
    from resident
    where sex is not null
    union all
    select indicator_id, is_case, icb_code, 'icb', 'persons', age_band, 'all', 'all'
    from resident
    where age_band is not null
    union all
    select indicator_id, is_case, icb_code, 'icb', 'persons', 'all', 'deprivation_quintile',
        quintile
    from resident
    where quintile is not null
    union all
    select indicator_id, is_case, ltla_code, 'ltla', 'persons', 'all', 'all', 'all'
    from resident
    where indicator_id in ('members_low_attendance', 'starters') and ltla_code is not null
    union all
    select indicator_id, is_case, ltla_code, 'ltla', sex, 'all', 'all', 'all'
    from resident
    where indicator_id = 'members_low_attendance' and ltla_code is not null and sex is not null
    union all
    select indicator_id, is_case, icb_code, 'icb', sex, age_band, 'all', 'all'
    from resident
    where indicator_id = 'members_low_attendance' and sex is not null and age_band is not null
),

tally as (
    select indicator_id, area_code, area_type, sex, age_band, category_type, category,
        sum(is_case) as cases, count(*) as people
    from placed
    group by indicator_id, area_code, area_type, sex, age_band, category_type, category
),
answer as (
    select indicator_id, indicator_id as needs, area_code, area_type, sex, age_band,
        category_type, category, cases as numerator, people as denominator
    from tally
    where indicator_id in ('members_low_attendance', 'inactive_at_entry')
    union all
    -- Reach: the same people beside the adults who are estimated to be inactive there.
    select
        case tally.indicator_id
            when 'starters' then 'starters_per_1000_modelled_inactive'
            else 'members_per_1000_modelled_inactive'
        end,
        tally.indicator_id, tally.area_code, tally.area_type, tally.sex, tally.age_band,
        tally.category_type, tally.category, tally.people, floor(modelled_area.inactive + 0.5)
    from tally
    join modelled_area on modelled_area.area_code = tally.area_code
        and modelled_area.area_type = tally.area_type and modelled_area.sex = tally.sex
        and modelled_area.age_band = case tally.age_band when 'all' then '19+'
            else tally.age_band end
        and modelled_area.category_type = tally.category_type
        and modelled_area.category = tally.category
    where tally.indicator_id in ('members_low_attendance', 'starters')
),

-- Which providers should have delivered what an indicator needs, and which did.
needed as (
    select 'members_low_attendance' as indicator_id, provider, table_name
    from agreed_file
    where table_name = 'attendance'
    union all
    select 'inactive_at_entry', provider, table_name
    from agreed_file
    where table_name = 'outcome_measure'
    union all
    select 'starters', provider, table_name
    from agreed_file
    where table_name = 'referral'
),
delivered as (
    select distinct provider, table_name
    from intake_count
    where fate = 'kept' and "rows" > 0
),
coverage as (
    select needed.indicator_id, count(distinct needed.provider) as providers_expected,
        count(distinct delivered.provider) as providers_reporting
    from needed
    left join delivered on delivered.provider = needed.provider
        and delivered.table_name = needed.table_name
    group by needed.indicator_id
)

select estimate.indicator_id, estimate.area_code, named.area_ods_code, named.area_name,
    estimate.area_type, $icb_code as parent_area_code, $period_start as period_start,
    $period_end as period_end, estimate.sex, estimate.age_band, estimate.category_type,
    estimate.category, floor(estimate.inactive + 0.5) as count,
    floor(estimate.adults + 0.5) as denominator, null as total, null as total_squares,
    null as total_absolute, null as largest, null as second_largest, 0 as providers_reporting,
    0 as providers_expected
from estimate
join named on named.area_code = estimate.area_code
union all
select answer.indicator_id, answer.area_code, named.area_ods_code, named.area_name,
    answer.area_type, $icb_code, $period_start, $period_end, answer.sex, answer.age_band,
    answer.category_type, answer.category, answer.numerator, answer.denominator, null, null,
    null, null, null, coverage.providers_reporting, coverage.providers_expected
from answer
join named on named.area_code = answer.area_code
join coverage on coverage.indicator_id = answer.needs
