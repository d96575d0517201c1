-- The sites and programmes themselves that an ICB's provision counts: one row each, as its feed or list tells it, with the neighbourhood in place of the postcode.
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
district as (
    select area_code as lsoa21_code, min(parent_code) as ltla_code, min(parent_name) as ltla_name
    from geography
    where area_type = 'lsoa21' and parent_type = 'ltla'
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
    group by area_code
),
programme as (
    -- The programmes that provision counts as open to referral.
    select listed_opportunity.*, in_icb.icb_ods_code, in_icb.icb_name, district.ltla_code,
        district.ltla_name
    from listed_opportunity
    join in_icb on in_icb.lsoa21_code = listed_opportunity.lsoa21_code
    left join district on district.lsoa21_code = listed_opportunity.lsoa21_code
    where listed_opportunity.access <> 'members_only'
        and (listed_opportunity.ends_on is null or listed_opportunity.ends_on >= $period_end)
),
entry as (
    select 'programme' as entry, provider, opportunity_kind || ':' || opportunity_id as entry_id,
        icb_ods_code, icb_name, ltla_code, ltla_name, lsoa21_code, site_name, opportunity_kind,
        programme_name, activity, activity_group, access as access_criteria, age_from, age_to,
        cost_band, price, staff as staff_qualification, support as accessibility, capacity,
        sessions_per_week, starts_on, ends_on, updated_on, licence, 1 as programmes
    from programme
    union all
    -- A site as it is called; whoever lists it, and whatever takes place there.
    select 'site', 'all', site_key, max(icb_ods_code), max(icb_name), max(ltla_code),
        max(ltla_name), lsoa21_code, min(trim(site_name)), null, null, null, null, null, null,
        null, null, null, null, null, null, sum(sessions_per_week), null, null, max(updated_on),
        null, count(*)
    from programme
    group by site_key, lsoa21_code
)
select entry, provider, entry_id, $icb_code as parent_area_code,
    icb_ods_code as parent_area_ods_code, icb_name as parent_area_name, ltla_code, ltla_name,
    lsoa21_code, site_name, opportunity_kind, programme_name, activity, activity_group,
    access_criteria, age_from, age_to, cost_band, price, staff_qualification, accessibility,
    capacity, sessions_per_week, starts_on, ends_on, updated_on,
    case
        when updated_on is null then 'unknown'
        when updated_on >= $stale_before then 'fresh'
        else 'stale'
    end as freshness,
    programmes, licence, $period_end as listed_on
from entry
