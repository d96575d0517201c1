-- People referred in the twelve months that end 26 weeks before the period does, by the condition that they were referred for: who started and kept going for twelve weeks, and how many of them visited a leisure centre in the 26 weeks from the referral, for what, when in the week and where; and who of those referred 40 weeks before them was still active six months after starting.
with
activity_kind (activity, kind) as (
    -- Every concept of schemas/activities.yaml; 'unknown' has no kind.
    values
        ('Gym Workout', 'gym'), ('Swimming', 'water'), ('Aqua Aerobics', 'water'),
        ('Group Exercise', 'class'), ('Aerobics', 'class'), ('Indoor Cycling', 'class'),
        ('Circuit Training', 'class'), ('Yoga', 'class'), ('Pilates', 'class'),
        ('Tai Chi', 'class'), ('Badminton', 'sport'), ('Squash', 'sport'), ('Tennis', 'sport'),
        ('Table Tennis', 'sport'), ('Basketball', 'sport'), ('Football', 'sport'),
        ('Volleyball', 'sport'), ('Trampolining', 'sport'), ('Gymnastics', 'sport')
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

-- The two cohorts of programme_outcomes: each person once, by the first referral.
cohort_window as (
    select 'newer' as cohort, $cohort_from as referred_from, $cohort_to as referred_to
    union all
    select 'earlier', $year_cohort_from, $year_cohort_to
),
first_referral as (
    select cohort_window.cohort, person.person_key, person.lsoa21_code,
        person_referral.*,
        row_number() over (
            partition by cohort_window.cohort, person.person_key
            order by person_referral.referred_on, person_referral.provider,
                person_referral.referral_key
        ) as preference
    from person_referral
    join person on person.provider = person_referral.provider
        and person.member_key = person_referral.member_key
    join cohort_window on person_referral.referred_on >= cohort_window.referred_from
        and person_referral.referred_on <= cohort_window.referred_to
),
referred_person as (
    select first_referral.cohort, first_referral.person_key, first_referral.condition,
        first_referral.referred_on, first_referral.started_on, first_referral.last_attended_on,
        first_referral.completed_on, quintile.quintile,
        case when first_referral.started_on <= $period_end then 1 else 0 end as has_started
    from first_referral
    join in_icb on in_icb.lsoa21_code = first_referral.lsoa21_code
    left join quintile on quintile.lsoa21_code = first_referral.lsoa21_code
    where first_referral.preference = 1
),

-- The same people as members of leisure providers: days, activities, times and sites.
membership as (
    select distinct referred_person.cohort, referred_person.person_key,
        referred_person.referred_on, referred_person.started_on, person.provider,
        person.member_key
    from referred_person
    join person on person.person_key = referred_person.person_key
),
seen as (
    select distinct membership.person_key
    from membership
    join person_day on person_day.provider = membership.provider
        and person_day.member_key = membership.member_key
    where membership.cohort = 'newer'
        and date_diff('day', membership.referred_on, person_day.attended_on) between 0 and 181
),
seen_at_six_months as (
    -- In the four weeks from the 182nd day after the start: a time as long for everybody.
    select distinct membership.person_key
    from membership
    join person_day on person_day.provider = membership.provider
        and person_day.member_key = membership.member_key
    where membership.cohort = 'earlier' and person_day.attended_on <= $period_end
        and date_diff('day', membership.started_on, person_day.attended_on) between 182 and 209
),
used as (
    select membership.person_key,
        max(case when activity_kind.kind = 'gym' then 1 else 0 end) as gym,
        max(case when activity_kind.kind = 'water' then 1 else 0 end) as water,
        max(case when activity_kind.kind = 'class' then 1 else 0 end) as class,
        max(case when activity_kind.kind = 'sport' then 1 else 0 end) as sport
    from membership
    join person_activity on person_activity.provider = membership.provider
        and person_activity.member_key = membership.member_key
    join activity_kind on activity_kind.activity = person_activity.activity
    where membership.cohort = 'newer'
        and date_diff('day', membership.referred_on, person_activity.attended_on)
            between 0 and 181
    group by membership.person_key
),
visit as (
    select membership.person_key, membership.provider, person_visit.day_kind,
        person_visit.time_band, person_visit.site, person_visit.visits
    from membership
    join person_visit on person_visit.provider = membership.provider
        and person_visit.member_key = membership.member_key
    where membership.cohort = 'newer'
        and date_diff('day', membership.referred_on, person_visit.attended_on) between 0 and 181
),
came as (
    -- A weekend is a weekend at any time of the day; a weekday without a time is none of the three.
    select person_key,
        max(case when day_kind = 'weekday' and time_band = 'morning' then 1 else 0 end)
            as morning,
        max(case when day_kind = 'weekday' and time_band = 'afternoon' then 1 else 0 end)
            as afternoon,
        max(case when day_kind = 'weekday' and time_band = 'evening' then 1 else 0 end)
            as evening,
        max(case when day_kind = 'weekend' then 1 else 0 end) as weekend
    from visit
    group by person_key
),
at_site as (
    select visit.person_key, visit.provider, visit.site,
        row_number() over (
            partition by visit.person_key
            order by sum(visit.visits) desc, visit.provider, visit.site
        ) as preference,
        count(*) over (partition by visit.person_key) as sites
    from visit
    group by visit.person_key, visit.provider, visit.site
),
provider_name as (
    select provider, max(provider_name) as provider_name
    from agreed_file
    group by provider
),
main_site as (
    -- The site that a person visited most: each person at one.
    select at_site.person_key, provider_name.provider_name || ': ' || at_site.site as site,
        case when at_site.sites > 1 then 1 else 0 end as several
    from at_site
    join provider_name on provider_name.provider = at_site.provider
    where at_site.preference = 1
),
someone as (
    select referred_person.condition, referred_person.quintile, referred_person.has_started,
        main_site.site,
        -- As in programme_outcomes: whoever was still attending after the period had lasted 84
        -- days if 84 days had passed.
        case
            when date_diff('day', referred_person.started_on, $period_end) < 84 then 0
            when date_diff('day', referred_person.started_on, referred_person.last_attended_on)
                >= 84 then 1
            when date_diff('day', referred_person.started_on, referred_person.completed_on)
                >= 84 then 1
            else 0
        end as has_adhered,
        case when seen.person_key is null then 0 else 1 end as visited,
        coalesce(used.gym, 0) as gym, coalesce(used.water, 0) as water,
        coalesce(used.class, 0) as class, coalesce(used.sport, 0) as sport,
        coalesce(came.morning, 0) as morning, coalesce(came.afternoon, 0) as afternoon,
        coalesce(came.evening, 0) as evening, coalesce(came.weekend, 0) as weekend,
        coalesce(main_site.several, 0) as several
    from referred_person
    left join seen on seen.person_key = referred_person.person_key
    left join used on used.person_key = referred_person.person_key
    left join came on came.person_key = referred_person.person_key
    left join main_site on main_site.person_key = referred_person.person_key
    where referred_person.cohort = 'newer'
),
someone_earlier as (
    select referred_person.condition, referred_person.has_started,
        case
            when date_diff('day', referred_person.started_on, $period_end) < 182 then 0
            when date_diff('day', referred_person.started_on, referred_person.last_attended_on)
                >= 182 then 1
            when date_diff('day', referred_person.started_on, referred_person.completed_on)
                >= 182 then 1
            when referred_person.has_started = 1 and seen_at_six_months.person_key is not null
                then 1
            else 0
        end as has_kept
    from referred_person
    left join seen_at_six_months
        on seen_at_six_months.person_key = referred_person.person_key
    where referred_person.cohort = 'earlier'
),

placed as (
    select someone.*, 'all' as category_type, 'all' as category
    from someone
    union all
    select someone.*, 'condition', condition
    from someone
),
counted as (
    select category_type, category, count(*) as referred, sum(has_started) as started,
        sum(has_adhered) as adhered, sum(visited) as visited, sum(gym) as gym,
        sum(water) as water, sum(class) as class, sum(sport) as sport, sum(morning) as morning,
        sum(afternoon) as afternoon, sum(evening) as evening, sum(weekend) as weekend,
        sum(several) as several
    from placed
    group by category_type, category
),
by_quintile as (
    select quintile, count(*) as referred, sum(has_started) as started, sum(visited) as visited
    from someone
    where quintile is not null
    group by quintile
),
by_site as (
    select site, count(*) as visited
    from someone
    where site is not null
    group by site
),
earlier as (
    select 'all' as category_type, 'all' as category, sum(has_started) as started,
        sum(has_kept) as kept
    from someone_earlier
    having count(*) > 0
    union all
    select 'condition', condition, sum(has_started), sum(has_kept)
    from someone_earlier
    group by condition
),
figure as (
    select 'condition_referred' as indicator_id, 'newer' as cohort, 'referral' as table_name,
        category_type, category, referred as count, null as denominator
    from counted
    union all
    select 'condition_started', 'newer', 'referral', category_type, category,
        started, referred
    from counted
    union all
    select 'condition_kept_twelve_weeks', 'newer', 'referral', category_type,
        category, adhered, started
    from counted
    union all
    select 'condition_kept_six_months', 'earlier', 'referral', category_type,
        category, kept, started
    from earlier
    union all
    select 'condition_visited', 'newer', 'attendance', category_type, category,
        visited, referred
    from counted
    union all
    select 'condition_used_gym', 'newer', 'attendance', category_type, category,
        gym, visited
    from counted
    union all
    select 'condition_used_water', 'newer', 'attendance', category_type, category,
        water, visited
    from counted
    union all
    select 'condition_used_class', 'newer', 'attendance', category_type, category,
        class, visited
    from counted
    union all
    select 'condition_used_sport', 'newer', 'attendance', category_type, category,
        sport, visited
    from counted
    union all
    select 'condition_came_on_weekday_mornings', 'newer', 'attendance', category_type, category, morning, visited
    from counted
    union all
    select 'condition_came_on_weekday_afternoons', 'newer', 'attendance', category_type, category, afternoon, visited
    from counted
    union all
    select 'condition_came_on_weekday_evenings', 'newer', 'attendance', category_type, category, evening, visited
    from counted
    union all
    select 'condition_came_at_weekends', 'newer', 'attendance', category_type,
        category, weekend, visited
    from counted
    union all
    select 'condition_used_several_sites', 'newer', 'attendance', category_type,
        category, several, visited
    from counted
    union all
    select 'condition_referred', 'newer', 'referral', 'deprivation_quintile',
        quintile, referred, null
    from by_quintile
    union all
    select 'condition_started', 'newer', 'referral', 'deprivation_quintile',
        quintile, started, referred
    from by_quintile
    union all
    select 'condition_visited', 'newer', 'attendance', 'deprivation_quintile',
        quintile, visited, referred
    from by_quintile
    union all
    select 'condition_main_site', 'newer', 'attendance', 'site', site, visited,
        null
    from by_site
),
delivered as (
    select distinct provider, table_name
    from intake_count
    where fate = 'kept' and "rows" > 0
),
coverage as (
    select agreed_file.table_name, count(distinct agreed_file.provider) as providers_expected,
        count(distinct delivered.provider) as providers_reporting
    from agreed_file
    left join delivered on delivered.provider = agreed_file.provider
        and delivered.table_name = agreed_file.table_name
    where agreed_file.table_name in ('attendance', 'referral')
    group by agreed_file.table_name
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    cohort_window.referred_from as period_start, cohort_window.referred_to as period_end,
    'persons' as sex, 'all' as age_band, figure.category_type, figure.category, figure.count,
    figure.denominator, null as total, null as total_squares, null as total_absolute,
    null as largest, null as second_largest,
    coalesce(coverage.providers_reporting, 0) as providers_reporting,
    coalesce(coverage.providers_expected, 0) as providers_expected
from figure
join cohort_window on cohort_window.cohort = figure.cohort
cross join icb
left join coverage on coverage.table_name = figure.table_name
