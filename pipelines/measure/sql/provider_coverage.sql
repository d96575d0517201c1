-- What each provider's numbers rest on: its consented people who live in the ICB and the days on which they were seen, and what became of all rows that it delivered, wherever people live.
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
provider as (
    select provider, provider_name,
        max(case when table_name = 'attendance' then 1 else 0 end) as delivers_attendance
    from agreed_file
    group by provider, provider_name
),
resident as (
    select person.provider, person.member_key, person.person_key
    from person
    join in_icb on in_icb.lsoa21_code = person.lsoa21_code
),
people as (
    select provider, count(distinct person_key) as people
    from resident
    group by provider
),
days as (
    select person_day.provider, count(distinct person_day.attended_on) as days
    from person_day
    join resident on resident.provider = person_day.provider
        and resident.member_key = person_day.member_key
    where person_day.attended_on between $period_start and $period_end
    group by person_day.provider
),
fate as (
    -- Rows only noted were kept as well, so they are not counted a second time.
    select provider,
        sum(case when fate in ('kept', 'refused', 'quarantined') then "rows" else 0 end)
            as received,
        sum(case when fate = 'kept' then "rows" else 0 end) as kept,
        sum(case when fate = 'refused' then "rows" else 0 end) as refused,
        sum(case when fate = 'quarantined' then "rows" else 0 end) as quarantined
    from intake_count
    where taken_in_on <= $as_of
    group by provider
),
contribution as (
    select provider.provider_name, provider.delivers_attendance,
        coalesce(people.people, 0) as people, coalesce(days.days, 0) as days,
        coalesce(fate.received, 0) as received, coalesce(fate.kept, 0) as kept,
        coalesce(fate.refused, 0) as refused, coalesce(fate.quarantined, 0) as quarantined,
        case when fate.kept > 0 then 1 else 0 end as is_reporting
    from provider
    left join people on people.provider = provider.provider
    left join days on days.provider = provider.provider
    left join fate on fate.provider = provider.provider
),
figure as (
    select 'people_contributing' as indicator_id, provider_name, is_reporting,
        people as count, null as denominator
    from contribution
    union all
    select 'days_with_a_visit', provider_name, is_reporting, days, $period_days
    from contribution
    where delivers_attendance = 1
    union all
    select 'rows_kept', provider_name, is_reporting, kept, received
    from contribution
    union all
    select 'rows_refused_for_consent', provider_name, is_reporting, refused, null
    from contribution
    union all
    select 'rows_quarantined', provider_name, is_reporting, quarantined, null
    from contribution
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    $period_start as period_start, $period_end as period_end, 'persons' as sex,
    'all' as age_band, 'provider' as category_type, figure.provider_name as category,
    figure.count, figure.denominator, null as total, null as total_squares,
    null as total_absolute, null as largest, null as second_largest,
    figure.is_reporting as providers_reporting, 1 as providers_expected
from figure
cross join icb
