-- What somebody could be sent to in an ICB and its districts on the last day of the period: sites, programmes and places that feeds and providers list, how many there are for the adults who are estimated to be inactive, and how complete the lists are.
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
area as (
    -- Every area that is shown, with its neighbourhoods: the part of a district inside the ICB.
    select in_icb.lsoa21_code, district.ltla_code as area_code, null as area_ods_code,
        district.ltla_name as area_name, 'ltla' as area_type
    from in_icb
    join district on district.lsoa21_code = in_icb.lsoa21_code
    union all
    select in_icb.lsoa21_code, icb.icb_code, icb.icb_ods_code, icb.icb_name, 'icb'
    from in_icb
    cross join icb
),

-- Inactive adults as inactive_population models them: its pattern, matched to the published rate
-- of each whole district.
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
pattern as (
    select district.ltla_code, inactivity_pattern.lsoa21_code,
        sum(inactivity_pattern.adults) as adults, sum(inactivity_pattern.fitted) as fitted
    from inactivity_pattern
    join district on district.lsoa21_code = inactivity_pattern.lsoa21_code
    group by district.ltla_code, inactivity_pattern.lsoa21_code
),
matching as (
    select pattern.ltla_code,
        district_rate.rate / 100 * sum(pattern.adults) / sum(pattern.fitted) as factor
    from pattern
    join district_rate on district_rate.ltla_code = pattern.ltla_code
    group by pattern.ltla_code, district_rate.rate
    having sum(pattern.fitted) > 0
),
need as (
    select area.area_code, area.area_type,
        floor(sum(pattern.fitted * matching.factor) + 0.5) as inactive
    from area
    join pattern on pattern.lsoa21_code = area.lsoa21_code
    join matching on matching.ltla_code = pattern.ltla_code
    group by area.area_code, area.area_type
),

-- What is open to somebody who is sent there: all but what is for a site's members only, and what
-- is over.
open_to_referral as (
    select listed_opportunity.*, area.area_code, area.area_type,
        listed_opportunity.capacity * listed_opportunity.sessions_per_week as weekly_places,
        case when listed_opportunity.updated_on >= $stale_before then 1 else 0 end as is_fresh
    from listed_opportunity
    join area on area.lsoa21_code = listed_opportunity.lsoa21_code
    where listed_opportunity.access <> 'members_only'
        and (listed_opportunity.ends_on is null or listed_opportunity.ends_on >= $period_end)
),
support as (
    select 'visual impairment' as name
    union all select 'hearing impairment'
    union all select 'physical impairment'
    union all select 'learning impairment'
    union all select 'mental health issues'
    union all select 'social or behavioural problems'
    union all select 'other'
    union all select 'unknown'
),
divided as (
    select *, 'all' as category_type, 'all' as category
    from open_to_referral
    union all
    select *, 'activity_group', activity_group
    from open_to_referral
    union all
    select *, 'cost_band', cost_band
    from open_to_referral
    union all
    select *, 'access_criteria', access
    from open_to_referral
    union all
    select *, 'staff_qualification', staff
    from open_to_referral
    union all
    -- One that supports two impairments counts under both.
    select open_to_referral.*, 'accessibility', support.name
    from open_to_referral
    join support
        on instr('; ' || open_to_referral.support || '; ', '; ' || support.name || '; ') > 0
),
supply as (
    select area_code, area_type, category_type, category,
        count(distinct site_key) as sites, count(*) as programmes,
        sum(sessions_per_week) as sessions, sum(weekly_places) as places,
        sum(case when weekly_places is not null then 1 else 0 end) as with_places,
        sum(is_fresh) as fresh
    from divided
    group by area_code, area_type, category_type, category
),
place as (
    select area_code, max(area_ods_code) as area_ods_code, max(area_name) as area_name, area_type
    from area
    group by area_code, area_type
),
counted as (
    -- An area where nothing is listed has noughts: a gap must show.
    select place.area_code, place.area_ods_code, place.area_name, place.area_type,
        coalesce(supply.category_type, 'all') as category_type,
        coalesce(supply.category, 'all') as category,
        coalesce(supply.sites, 0) as sites, coalesce(supply.programmes, 0) as programmes,
        floor(coalesce(supply.sessions, 0) + 0.5) as sessions,
        floor(coalesce(supply.places, 0) + 0.5) as places,
        coalesce(supply.with_places, 0) as with_places, coalesce(supply.fresh, 0) as fresh,
        need.inactive
    from place
    left join supply on supply.area_code = place.area_code
        and supply.area_type = place.area_type
    left join need on need.area_code = place.area_code and need.area_type = place.area_type
),
figure as (
    select 'open_sites' as indicator_id, area_code, area_ods_code, area_name, area_type,
        category_type, category, sites as count, null as denominator
    from counted
    union all
    select 'open_programmes', area_code, area_ods_code, area_name, area_type, category_type,
        category, programmes, null
    from counted
    union all
    select 'weekly_sessions', area_code, area_ods_code, area_name, area_type, category_type,
        category, sessions, null
    from counted
    union all
    select 'weekly_places', area_code, area_ods_code, area_name, area_type, category_type,
        category, places, null
    from counted
    union all
    select 'programmes_with_places_told', area_code, area_ods_code, area_name, area_type,
        category_type, category, with_places, programmes
    from counted
    union all
    select 'programmes_updated_in_90_days', area_code, area_ods_code, area_name, area_type,
        category_type, category, fresh, programmes
    from counted
    union all
    select 'sites_per_1000_modelled_inactive', area_code, area_ods_code, area_name, area_type,
        category_type, category, sites, inactive
    from counted
    where inactive is not null
    union all
    select 'programmes_per_1000_modelled_inactive', area_code, area_ods_code, area_name,
        area_type, category_type, category, programmes, inactive
    from counted
    where inactive is not null
    union all
    select 'weekly_places_per_1000_modelled_inactive', area_code, area_ods_code, area_name,
        area_type, category_type, category, places, inactive
    from counted
    where inactive is not null
),

-- How complete each list is, wherever its sites are.
listing as (
    select provider, count(*) as listings,
        sum(case when lsoa21_code is not null then 1 else 0 end) as with_location,
        sum(case when starts_on is not null or sessions_per_week is not null then 1 else 0 end)
            as with_start,
        sum(case when activity <> 'unknown' then 1 else 0 end) as with_activity
    from listed_opportunity
    group by provider
),
grade as (
    select 'listings_with_location' as indicator_id, provider, with_location as count, listings
    from listing
    union all
    select 'listings_with_start', provider, with_start, listings
    from listing
    union all
    select 'listings_with_activity', provider, with_activity, listings
    from listing
),
delivered as (
    select count(distinct provider) as expected,
        count(distinct case when fate = 'kept' and "rows" > 0 then provider end) as reporting
    from intake_count
    where table_name = 'opportunity'
)

select figure.indicator_id, figure.area_code, figure.area_ods_code, figure.area_name,
    figure.area_type, $icb_code as parent_area_code, $period_end as period_start,
    $period_end as period_end, 'persons' as sex, 'all' as age_band, figure.category_type,
    figure.category, figure.count, figure.denominator, null as total, null as total_squares,
    null as total_absolute, null as largest, null as second_largest,
    delivered.reporting as providers_reporting, delivered.expected as providers_expected
from figure
cross join delivered
union all
select grade.indicator_id, icb.icb_code, icb.icb_ods_code, icb.icb_name, 'icb', $icb_code,
    $period_end, $period_end, 'persons', 'all', 'provider', grade.provider, grade.count,
    grade.listings, null, null, null, null, null, 1, 1
from grade
cross join icb
