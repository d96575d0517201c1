-- People whom a registered protocol compares, whose follow-up ended within the period: those who started its programme and those it compares them with, under every figure that is estimated from them.
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
arm as (
    select evaluated_person.protocol,
        sum(case when arm = 'starter' then 1 else 0 end) as starters,
        sum(case when arm = 'comparator' then 1 else 0 end) as comparators
    from evaluated_person
    join in_icb on in_icb.lsoa21_code = evaluated_person.lsoa21_code
    where date_diff('day', evaluated_person.anchored_on, $period_end)
        >= evaluated_person.days_to_end
    group by evaluated_person.protocol
),
compared as (
    -- A protocol that finds nobody here says so.
    select registered.protocol, coalesce(arm.starters, 0) as starters,
        coalesce(arm.comparators, 0) as comparators
    from (select distinct protocol from protocol) registered
    left join arm on arm.protocol = registered.protocol
),
estimate (indicator_id) as (
    values
        ('difference_in_recorded_minutes'), ('difference_unweighted'),
        ('starters_minutes_before'), ('starters_minutes_after'),
        ('comparators_minutes_before'), ('comparators_minutes_after'),
        ('e_value'), ('e_value_of_limit'),
        ('effective_share_of_starters'), ('effective_share_of_comparators'),
        ('imbalance_before_age_band'), ('imbalance_after_age_band'),
        ('imbalance_before_sex'), ('imbalance_after_sex'),
        ('imbalance_before_deprivation_quintile'), ('imbalance_after_deprivation_quintile'),
        ('imbalance_before_condition'), ('imbalance_after_condition'),
        ('imbalance_before_recorded_minutes_before'), ('imbalance_after_recorded_minutes_before')
),
figure as (
    select 'evaluated_starters' as indicator_id, protocol, starters as count,
        null as denominator
    from compared
    union all
    select 'evaluated_comparators', protocol, comparators, null
    from compared
    union all
    select estimate.indicator_id, compared.protocol, compared.starters, compared.comparators
    from compared
    cross join estimate
),
delivered as (
    select distinct provider, table_name
    from intake_count
    where fate = 'kept' and "rows" > 0
),
coverage as (
    -- Both what was referred and what was visited.
    select count(distinct agreed_file.provider) as providers_expected,
        count(distinct delivered.provider) as providers_reporting
    from agreed_file
    left join delivered on delivered.provider = agreed_file.provider
        and delivered.table_name = agreed_file.table_name
    where agreed_file.table_name in ('attendance', 'referral')
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    $period_start as period_start, $period_end as period_end, 'persons' as sex,
    'all' as age_band, 'protocol' as category_type, figure.protocol as category, figure.count,
    figure.denominator, null as total, null as total_squares, null as total_absolute,
    null as largest, null as second_largest,
    coverage.providers_reporting, coverage.providers_expected
from figure
cross join icb
cross join coverage
