-- Three indicators, never added up: adults estimated to be inactive where people live; members with few recorded visits; people who said that they were inactive when their programme began.
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

-- Adults by 2021 neighbourhood: mid-2020 residents aged 19 and over of each 2011 neighbourhood,
-- shared among its 2021 successors by their census residents, so that no adult is lost.
adults_2011 as (
    select area_code as lsoa11_code, sum(people) as adults
    from population
    where area_type = 'lsoa11' and source = 'ons_mid_2020' and sex = 'persons' and age_from >= 19
    group by area_code
),
residents_2021 as (
    select area_code as lsoa21_code, sum(people) as residents
    from population
    where area_type = 'lsoa21' and source = 'census_2021' and sex = 'persons'
    group by area_code
),
successor as (
    select distinct area_code as lsoa11_code, parent_code as lsoa21_code
    from geography
    where area_type = 'lsoa11' and parent_type = 'lsoa21'
        and change_code in ('U', 'S', 'M', 'X')
),
weighted_successor as (
    select successor.lsoa11_code, successor.lsoa21_code,
        coalesce(residents_2021.residents, 0) as residents
    from successor
    left join residents_2021 on residents_2021.lsoa21_code = successor.lsoa21_code
),
predecessor as (
    select lsoa11_code, sum(residents) as residents, count(*) as successors
    from weighted_successor
    group by lsoa11_code
),
adults as (
    select weighted_successor.lsoa21_code,
        sum(
            adults_2011.adults
            * case
                when predecessor.residents > 0
                    then weighted_successor.residents / predecessor.residents
                else 1 / predecessor.successors
            end
        ) as adults
    from weighted_successor
    join predecessor on predecessor.lsoa11_code = weighted_successor.lsoa11_code
    join adults_2011 on adults_2011.lsoa11_code = weighted_successor.lsoa11_code
    group by weighted_successor.lsoa21_code
),

-- What England's deprivation gradient would give, then matched to each district's published rate.
gradient as (
    select period, value,
        case category
            when 'Most deprived decile' then 1
            when 'Second most deprived decile' then 2
            when 'Third more deprived decile' then 3
            when 'Fourth more deprived decile' then 4
            when 'Fifth more deprived decile' then 5
            when 'Fifth less deprived decile' then 6
            when 'Fourth less deprived decile' then 7
            when 'Third less deprived decile' then 8
            when 'Second least deprived decile' then 9
            when 'Least deprived decile' then 10
        end as decile
    from health_indicator
    where indicator_id = '93015' and area_code = 'E92000001' and sex = 'persons'
        and category_type like 'LSOA11 deprivation deciles%' and value is not null
),
decile_rate as (
    select decile, avg(value) as rate
    from gradient
    where period = (select max(period) from gradient)
    group by decile
),
published as (
    select area_code as ltla_code, period, value
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
expected as (
    select adults.lsoa21_code, district.ltla_code, adults.adults,
        adults.adults * decile_rate.rate / 100 as inactive
    from adults
    join district on district.lsoa21_code = adults.lsoa21_code
    join deprivation on deprivation.area_code = adults.lsoa21_code
        and deprivation.index_version = 'imd2025'
    join decile_rate on decile_rate.decile = deprivation.decile
),
expected_in_district as (
    select ltla_code, sum(adults) as adults, sum(inactive) as inactive
    from expected
    group by ltla_code
),
modelled as (
    -- A district without a published rate has no estimate: an inner join, so that the gap shows.
    select expected.lsoa21_code, place.lsoa21_name, district.ltla_code, district.ltla_name,
        expected.adults,
        expected.inactive * district_rate.rate / 100
        * expected_in_district.adults / expected_in_district.inactive as inactive
    from expected
    join in_icb on in_icb.lsoa21_code = expected.lsoa21_code
    join place on place.lsoa21_code = expected.lsoa21_code
    join district on district.lsoa21_code = expected.lsoa21_code
    join expected_in_district on expected_in_district.ltla_code = expected.ltla_code
    join district_rate on district_rate.ltla_code = expected.ltla_code
    where expected_in_district.inactive > 0
),
modelled_cell as (
    select lsoa21_code as area_code, null as area_ods_code, lsoa21_name as area_name,
        'lsoa21' as area_type, inactive, adults
    from modelled
    union all
    select ltla_code, null, min(ltla_name), 'ltla', sum(inactive), sum(adults)
    from modelled
    group by ltla_code
    union all
    select icb.icb_code, icb.icb_ods_code, icb.icb_name, 'icb',
        sum(modelled.inactive), sum(modelled.adults)
    from modelled
    cross join icb
    group by icb.icb_code, icb.icb_ods_code, icb.icb_name
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
counted as (
    select 'members_low_attendance' as indicator_id, membership.sex, membership.birth_year,
        membership.lsoa21_code,
        case when coalesce(visit_days.days, 0) < 4 then 1 else 0 end as is_case
    from membership
    left join visit_days on visit_days.person_key = membership.person_key
    where membership.preference = 1
    union all
    select 'inactive_at_entry', sex, birth_year, lsoa21_code,
        case when score < 30 then 1 else 0 end
    from entry
    where preference = 1
),
resident as (
    select counted.indicator_id, counted.is_case, icb.icb_code, icb.icb_ods_code, icb.icb_name,
        district.ltla_code, district.ltla_name, quintile.quintile,
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
    select indicator_id, is_case, icb_code as area_code, icb_ods_code as area_ods_code,
        icb_name as area_name, 'icb' as area_type, 'persons' as sex, 'all' as age_band,
        'all' as category_type, 'all' as category
    from resident
    union all
    select indicator_id, is_case, icb_code, icb_ods_code, icb_name, 'icb', sex, 'all', 'all', 'all'
    from resident
    where sex is not null
    union all
    select indicator_id, is_case, icb_code, icb_ods_code, icb_name, 'icb', 'persons', age_band,
        'all', 'all'
    from resident
    where age_band is not null
    union all
    select indicator_id, is_case, icb_code, icb_ods_code, icb_name, 'icb', 'persons', 'all',
        'deprivation_quintile', quintile
    from resident
    where quintile is not null
    union all
    select indicator_id, is_case, ltla_code, null, ltla_name, 'ltla', 'persons', 'all', 'all', 'all'
    from resident
    where indicator_id = 'members_low_attendance' and ltla_code is not null
    union all
    select indicator_id, is_case, ltla_code, null, ltla_name, 'ltla', sex, 'all', 'all', 'all'
    from resident
    where indicator_id = 'members_low_attendance' and ltla_code is not null and sex is not null
    union all
    select indicator_id, is_case, icb_code, icb_ods_code, icb_name, 'icb', sex, age_band, 'all',
        'all'
    from resident
    where indicator_id = 'members_low_attendance' and sex is not null and age_band is not null
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

select 'modelled_inactive_adults' as indicator_id, area_code, area_ods_code, area_name, area_type,
    $icb_code as parent_area_code, $period_start as period_start, $period_end as period_end,
    'persons' as sex, '19+' as age_band, 'all' as category_type, 'all' as category,
    floor(inactive + 0.5) as count, floor(adults + 0.5) as denominator,
    null as total, null as total_squares, null as total_absolute, null as largest,
    null as second_largest, 0 as providers_reporting, 0 as providers_expected
from modelled_cell
union all
select placed.indicator_id, placed.area_code, placed.area_ods_code, placed.area_name,
    placed.area_type, $icb_code, $period_start, $period_end, placed.sex, placed.age_band,
    placed.category_type, placed.category, sum(placed.is_case), count(*), null, null,
    null, null, null,
    coverage.providers_reporting, coverage.providers_expected
from placed
join coverage on coverage.indicator_id = placed.indicator_id
group by placed.indicator_id, placed.area_code, placed.area_ods_code, placed.area_name,
    placed.area_type, placed.sex, placed.age_band, placed.category_type, placed.category,
    coverage.providers_reporting, coverage.providers_expected
