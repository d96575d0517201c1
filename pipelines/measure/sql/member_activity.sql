-- Members aged 19 and over by the active minutes a week that providers recorded in the last 28 days: under 30, 30 to 149, 150 and more, or not told; and the mean minutes that were measured, scheduled or imputed, beside the visits of which nothing is told.
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
    select area_code as lsoa21_code, min(parent_code) as ltla_code, min(parent_name) as ltla_name
    from geography
    where area_type = 'lsoa21' and parent_type = 'ltla'
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
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

-- Members of leisure providers, one row a membership; a person counts once, by the first.
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

-- How long a stay at each activity usually is: of everybody's measured stays, wherever they live.
visit as (
    select provider, member_key, activity, intensity, minutes_source, minutes, visits
    from person_activity
    where attended_on between $last_28_days_from and $period_end
),
stay as (
    select activity, minutes,
        sum(visits) over (partition by activity order by minutes) as stays_so_far,
        sum(visits) over (partition by activity) as stays
    from visit
    where minutes_source = 'measured' and activity <> 'unknown'
),
usual_stay as (
    -- Of fewer than 20 stays the 95th percentile would be the longest, so nothing is imputed.
    select activity,
        min(case when 2 * stays_so_far >= stays then minutes end) as median_minutes,
        min(case when 20 * stays_so_far >= 19 * stays then minutes end) as most_minutes
    from stay
    where stays >= 20
    group by activity
),

-- Each visit's minutes and where they come from. A longer stay than 19 in 20 is cut to that.
timed as (
    select visit.provider, visit.member_key, visit.intensity, visit.visits,
        case
            when visit.minutes_source = 'measured' and visit.minutes > usual_stay.most_minutes
                then usual_stay.most_minutes
            when visit.minutes_source = 'none' then usual_stay.median_minutes
            else visit.minutes
        end as minutes,
        case
            when visit.minutes_source = 'measured' and visit.minutes > usual_stay.most_minutes
                then 'imputed'
            when visit.minutes_source = 'none' then 'imputed'
            else visit.minutes_source
        end as minutes_source
    from visit
    left join usual_stay on usual_stay.activity = visit.activity
),
counted_visit as (
    -- Vigorous minutes count double; light activity and less than ten minutes at a time do not.
    -- In hundredths of a minute, whose sums are exact: no boundary is missed by a fraction.
    select provider, member_key, visits,
        case
            when minutes is null or intensity = 'unknown' then 'unknown'
            else minutes_source
        end as told_by,
        case
            when minutes < 10 or intensity = 'light' then 0
            when intensity = 'vigorous' then 2 * floor(minutes * 100 + 0.5)
            when intensity = 'moderate' then floor(minutes * 100 + 0.5)
        end as hundredths
    from timed
),
member_visits as (
    select membership.person_key, sum(counted_visit.visits) as visits,
        sum(case when told_by = 'unknown' then counted_visit.visits else 0 end) as visits_not_told,
        sum(case when told_by = 'measured' then counted_visit.visits * hundredths else 0 end)
            as measured,
        sum(case when told_by = 'scheduled' then counted_visit.visits * hundredths else 0 end)
            as scheduled,
        sum(case when told_by = 'imputed' then counted_visit.visits * hundredths else 0 end)
            as imputed
    from membership
    join counted_visit on counted_visit.provider = membership.provider
        and counted_visit.member_key = membership.member_key
    group by membership.person_key
),
member_days as (
    -- A delivery from before activities were kept has days and visits, and nothing about minutes.
    select membership.person_key, sum(person_day.visits) as visits
    from membership
    join person_day on person_day.provider = membership.provider
        and person_day.member_key = membership.member_key
    where person_day.attended_on between $last_28_days_from and $period_end
    group by membership.person_key
),
summed as (
    select membership.person_key, membership.sex, membership.birth_year, membership.lsoa21_code,
        coalesce(member_visits.measured, 0) as measured,
        coalesce(member_visits.scheduled, 0) as scheduled,
        coalesce(member_visits.imputed, 0) as imputed,
        coalesce(member_visits.visits, 0) as visits,
        coalesce(member_visits.visits_not_told, 0) as visits_not_told,
        coalesce(member_days.visits, 0) as visits_by_day
    from membership
    left join member_visits on member_visits.person_key = membership.person_key
    left join member_days on member_days.person_key = membership.person_key
    -- The bands are of adults.
    where membership.preference = 1 and $period_year - membership.birth_year >= 19
),
told as (
    select person_key, sex, birth_year, lsoa21_code, measured, scheduled, imputed,
        case when visits_by_day > visits then visits_by_day else visits end as visits,
        visits_not_told
            + case when visits_by_day > visits then visits_by_day - visits else 0 end
            as visits_not_told,
        measured + scheduled + imputed as hundredths
    from summed
),
resident as (
    -- 30 and 150 minutes a week are 120 and 600 in four weeks. Who reaches 150 does so whatever
    -- else is unknown; below that, a visit of which nothing is told might have moved the member up.
    select told.measured, told.scheduled, told.imputed, told.visits, told.visits_not_told,
        case
            when told.hundredths >= 60000 then '150_and_more'
            when told.visits_not_told > 0 then 'not_told'
            when told.hundredths >= 12000 then '30_to_149'
            else 'under_30'
        end as band,
        icb.icb_code, icb.icb_ods_code, icb.icb_name,
        district.ltla_code, district.ltla_name, quintile.quintile,
        case told.sex when '1' then 'male' when '2' then 'female' end as own_sex,
        case
            when $period_year - told.birth_year < 35 then '19-34'
            when $period_year - told.birth_year < 50 then '35-49'
            when $period_year - told.birth_year < 65 then '50-64'
            when $period_year - told.birth_year >= 65 then '65+'
        end as own_age_band
    from told
    join in_icb on in_icb.lsoa21_code = told.lsoa21_code
    cross join icb
    left join district on district.lsoa21_code = told.lsoa21_code
    left join quintile on quintile.lsoa21_code = told.lsoa21_code
),
placed as (
    select resident.*, icb_code as area_code, icb_ods_code as area_ods_code,
        icb_name as area_name, 'icb' as area_type, 'persons' as sex, 'all' as age_band,
        'all' as category_type, 'all' as category
    from resident
    union all
    select resident.*, icb_code, icb_ods_code, icb_name, 'icb', own_sex, 'all', 'all', 'all'
    from resident
    where own_sex is not null
    union all
    select resident.*, icb_code, icb_ods_code, icb_name, 'icb', 'persons', own_age_band, 'all',
        'all'
    from resident
    where own_age_band is not null
    union all
    select resident.*, icb_code, icb_ods_code, icb_name, 'icb', 'persons', 'all',
        'deprivation_quintile', quintile
    from resident
    where quintile is not null
    union all
    select resident.*, ltla_code, null, ltla_name, 'ltla', 'persons', 'all', 'all', 'all'
    from resident
    where ltla_code is not null
),
most as (
    -- Who moves a sum most, so that no mean says what one person did.
    select area_code, area_type, sex, age_band, category_type, category,
        max(measured) as measured, max(scheduled) as scheduled, max(imputed) as imputed,
        max(visits) as visits, max(visits_not_told) as visits_not_told
    from placed
    group by area_code, area_type, sex, age_band, category_type, category
),
cell as (
    select placed.area_code, placed.area_ods_code, placed.area_name, placed.area_type, placed.sex,
        placed.age_band, placed.category_type, placed.category, count(*) as members,
        sum(case when placed.band = 'under_30' then 1 else 0 end) as under_30,
        sum(case when placed.band = '30_to_149' then 1 else 0 end) as from_30_to_149,
        sum(case when placed.band = '150_and_more' then 1 else 0 end) as from_150,
        sum(case when placed.band = 'not_told' then 1 else 0 end) as not_told,
        sum(placed.measured) as measured,
        sum(placed.measured * placed.measured) as measured_squares,
        max(most.measured) as measured_most,
        sum(case when placed.measured = most.measured then 1 else 0 end) as measured_with_most,
        max(case when placed.measured < most.measured then placed.measured end) as measured_next,
        sum(placed.scheduled) as scheduled,
        sum(placed.scheduled * placed.scheduled) as scheduled_squares,
        max(most.scheduled) as scheduled_most,
        sum(case when placed.scheduled = most.scheduled then 1 else 0 end) as scheduled_with_most,
        max(case when placed.scheduled < most.scheduled then placed.scheduled end) as scheduled_next,
        sum(placed.imputed) as imputed,
        sum(placed.imputed * placed.imputed) as imputed_squares,
        max(most.imputed) as imputed_most,
        sum(case when placed.imputed = most.imputed then 1 else 0 end) as imputed_with_most,
        max(case when placed.imputed < most.imputed then placed.imputed end) as imputed_next,
        sum(placed.visits) as visits,
        sum(placed.visits * placed.visits) as visits_squares,
        max(most.visits) as visits_most,
        sum(case when placed.visits = most.visits then 1 else 0 end) as visits_with_most,
        max(case when placed.visits < most.visits then placed.visits end) as visits_next,
        sum(placed.visits_not_told) as visits_not_told,
        sum(placed.visits_not_told * placed.visits_not_told) as visits_not_told_squares,
        max(most.visits_not_told) as visits_not_told_most,
        sum(case when placed.visits_not_told = most.visits_not_told then 1 else 0 end) as visits_not_told_with_most,
        max(case when placed.visits_not_told < most.visits_not_told then placed.visits_not_told end) as visits_not_told_next
    from placed
    join most on most.area_code = placed.area_code and most.area_type = placed.area_type
        and most.sex = placed.sex and most.age_band = placed.age_band
        and most.category_type = placed.category_type and most.category = placed.category
    group by placed.area_code, placed.area_ods_code, placed.area_name, placed.area_type,
        placed.sex, placed.age_band, placed.category_type, placed.category
),

-- Shares of members by band, and means of members by where their minutes come from: 400
-- hundredths in the 28 days are a minute a week.
figure as (
    select cell.*, 'recorded_under_30' as indicator_id, under_30 as count, members as denominator,
        null as total, null as total_squares, null as largest, null as second_largest
    from cell
    union all
    select cell.*, 'recorded_30_to_149', from_30_to_149, members, null, null, null, null
    from cell
    union all
    select cell.*, 'recorded_150_and_more', from_150, members, null, null, null, null
    from cell
    union all
    select cell.*, 'recorded_not_told', not_told, members, null, null, null, null
    from cell
    union all
    select cell.*, 'active_minutes_measured', members, null, measured / 400, measured_squares / 160000,
        measured_most / 400,
        case when measured_with_most > 1 then measured_most / 400 else measured_next / 400 end
    from cell
    union all
    select cell.*, 'active_minutes_scheduled', members, null, scheduled / 400, scheduled_squares / 160000,
        scheduled_most / 400,
        case when scheduled_with_most > 1 then scheduled_most / 400 else scheduled_next / 400 end
    from cell
    union all
    select cell.*, 'active_minutes_imputed', members, null, imputed / 400, imputed_squares / 160000,
        imputed_most / 400,
        case when imputed_with_most > 1 then imputed_most / 400 else imputed_next / 400 end
    from cell
    union all
    select cell.*, 'visits', members, null, visits, visits_squares, visits_most,
        case when visits_with_most > 1 then visits_most else visits_next end
    from cell
    union all
    select cell.*, 'visits_not_told', members, null, visits_not_told, visits_not_told_squares, visits_not_told_most,
        case when visits_not_told_with_most > 1 then visits_not_told_most else visits_not_told_next end
    from cell
),

-- Which providers should have delivered attendance, and which did.
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
    where agreed_file.table_name = 'attendance'
)
select figure.indicator_id, figure.area_code, figure.area_ods_code, figure.area_name,
    figure.area_type, $icb_code as parent_area_code, $last_28_days_from as period_start,
    $period_end as period_end, figure.sex, figure.age_band, figure.category_type,
    figure.category, figure.count, figure.denominator, figure.total, figure.total_squares,
    figure.total as total_absolute, figure.largest, figure.second_largest,
    coverage.providers_reporting, coverage.providers_expected
from figure
cross join coverage
