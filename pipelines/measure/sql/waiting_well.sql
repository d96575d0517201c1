-- Referral-to-treatment records of more than 18 and of more than 52 weeks by treatment function, in the newest month published; and beside them people referred to prehabilitation or musculoskeletal programmes, who started, who completed, and how their scores changed after twelve weeks.
with
treatment_function (name, code) as (
    -- NHS England's codes of treatment functions, which outlived a change of their names.
    values
        ('General Surgery Service', 'C_100'), ('Urology Service', 'C_101'),
        ('Trauma and Orthopaedic Service', 'C_110'), ('Ear Nose and Throat Service', 'C_120'),
        ('Ophthalmology Service', 'C_130'), ('Oral Surgery Service', 'C_140'),
        ('Neurosurgical Service', 'C_150'), ('Plastic Surgery Service', 'C_160'),
        ('Cardiothoracic Surgery Service', 'C_170'),
        ('General Internal Medicine Service', 'C_300'), ('Gastroenterology Service', 'C_301'),
        ('Cardiology Service', 'C_320'), ('Dermatology Service', 'C_330'),
        ('Respiratory Medicine Service', 'C_340'), ('Neurology Service', 'C_400'),
        ('Rheumatology Service', 'C_410'), ('Elderly Medicine Service', 'C_430'),
        ('Gynaecology Service', 'C_502'), ('Other', 'X01'),
        ('Other - Medical Services', 'X02'), ('Other - Mental Health Services', 'X03'),
        ('Other - Paediatric Services', 'X04'), ('Other - Surgical Services', 'X05'),
        ('Other - Other Services', 'X06')
),
programme_kind (kind) as (
    values ('prehabilitation'), ('musculoskeletal')
),
published_scale (scale, people, per_unit) as (
    -- The scales and groups of programme_outcomes: who has all scales of a group at both times.
    -- EQ-5D-5L by three value sets, of which one is shown; summed in thousandths.
    values
        ('eq5d5l_uk_2026', 'eq5d5l', 1000), ('eq5d5l_england_2018', 'eq5d5l', 1000),
        ('eq5d5l_crosswalk_2012', 'eq5d5l', 1000), ('six_minute_walk_m', 'six_minute_walk', 1),
        ('oxford_hip', 'oxford_hip', 1), ('oxford_knee', 'oxford_knee', 1)
),
shown_scale (scale, change_id, completeness_id) as (
    values
        ('eq5d5l_uk_2026', 'waiting_well_change_in_eq5d5l',
            'waiting_well_completeness_of_eq5d5l'),
        ('six_minute_walk_m', 'waiting_well_change_in_six_minute_walk',
            'waiting_well_completeness_of_six_minute_walk'),
        ('oxford_hip', 'waiting_well_change_in_oxford_hip',
            'waiting_well_completeness_of_oxford_hip'),
        ('oxford_knee', 'waiting_well_change_in_oxford_knee',
            'waiting_well_completeness_of_oxford_knee')
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

-- Records of one month, by the ICB of that month: its ODS code then.
published as (
    select area_code as icb_ods_code, period, category as name, indicator_id, count as records
    from health_indicator
    where source = 'nhs_england_rtt' and area_type = 'icb'
        and category_type = 'treatment function'
),
newest as (
    -- The newest month that does not lie after the period.
    select max(period) as period
    from published
    where period <= strftime($period_end, '%Y-%m')
),
month_of_records as (
    select period, period || '-01' as first_day,
        case
            when substr(period, 6, 2) in ('04', '06', '09', '11') then period || '-30'
            when substr(period, 6, 2) <> '02' then period || '-31'
            when substr(period, 1, 4) in ('2020', '2024', '2028', '2032', '2036', '2040')
                then period || '-29'
            else period || '-28'
        end as last_day
    from newest
    where period is not null
),
record as (
    select published.icb_ods_code, published.name,
        sum(case when indicator_id = 'rtt_over_18_weeks' then records end) as over_18,
        sum(case when indicator_id = 'rtt_over_52_weeks' then records end) as over_52
    from published
    join month_of_records on month_of_records.period = published.period
    group by published.icb_ods_code, published.name
),

-- Each ICB of that month that lies here, whole or in part. Of one in part, nobody can tell which
-- of its records are of here.
resident as (
    select area_code as lsoa21_code, sum(people) as people
    from population
    where area_type = 'lsoa21' and source = 'census_2021' and sex = 'persons'
    group by area_code
),
then_in as (
    select geography.area_code as lsoa21_code, max(geography.parent_ods_code) as icb_ods_code
    from geography
    cross join month_of_records
    where geography.area_type = 'lsoa21' and geography.parent_type = 'icb'
        and strftime(geography.valid_from, '%Y-%m') <= month_of_records.period
        and (
            geography.valid_to is null
            or strftime(geography.valid_to, '%Y-%m') >= month_of_records.period
        )
    group by geography.area_code
),
former as (
    select then_in.icb_ods_code, count(*) as places, count(in_icb.lsoa21_code) as places_here
    from then_in
    left join in_icb on in_icb.lsoa21_code = then_in.lsoa21_code
    group by then_in.icb_ods_code
    having count(in_icb.lsoa21_code) > 0
),
counted_icb as (
    select former.icb_ods_code,
        case
            when former.places_here = former.places
                and former.icb_ods_code in (select record.icb_ods_code from record) then 1
            else 0
        end as is_counted
    from former
),
records_coverage as (
    select count(*) as icbs, coalesce(sum(is_counted), 0) as icbs_counted
    from counted_icb
),
records_here as (
    -- A sum that lacks a part of the ICB would pass for the whole: none is given.
    select record.name, sum(record.over_18) as over_18, sum(record.over_52) as over_52
    from record
    join counted_icb on counted_icb.icb_ods_code = record.icb_ods_code
    cross join records_coverage
    where records_coverage.icbs_counted = records_coverage.icbs
    group by record.name
),
records_placed as (
    select case when records_here.name = 'Total' then 'all' else 'treatment_function' end
            as category_type,
        case
            when records_here.name = 'Total' then 'all'
            when treatment_function.code is null then records_here.name
            else treatment_function.code || ' ' || records_here.name
        end as category,
        records_here.over_18, records_here.over_52
    from records_here
    left join treatment_function on treatment_function.name = records_here.name
),
covered as (
    select sum(resident.people) as residents,
        sum(case when counted_icb.is_counted = 1 then resident.people else 0 end)
            as residents_counted
    from in_icb
    join resident on resident.lsoa21_code = in_icb.lsoa21_code
    left join then_in on then_in.lsoa21_code = in_icb.lsoa21_code
    left join counted_icb on counted_icb.icb_ods_code = then_in.icb_ods_code
),

-- People referred: the cohort of programme_outcomes, each by the first referral in it.
first_referral as (
    select person.person_key, person.lsoa21_code, person_referral.*,
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
    -- Prehabilitation goes before the reason for it. A musculoskeletal programme is one that is
    -- called so, or any other that somebody joins for a musculoskeletal condition.
    select first_referral.provider, first_referral.referral_key,
        case
            when first_referral.programme = 'prehabilitation' then 'prehabilitation'
            when first_referral.programme = 'musculoskeletal'
                or first_referral.condition = 'musculoskeletal' then 'musculoskeletal'
        end as kind,
        case when first_referral.started_on <= $period_end then 1 else 0 end as has_started,
        case
            when first_referral.started_on <= $period_end
                and first_referral.completed_on <= $period_end then 1
            else 0
        end as has_completed
    from first_referral
    join in_icb on in_icb.lsoa21_code = first_referral.lsoa21_code
    where first_referral.preference = 1
),
funnel as (
    select programme_kind.kind, count(cohort.referral_key) as referred,
        coalesce(sum(cohort.has_started), 0) as started,
        coalesce(sum(cohort.has_completed), 0) as completed
    from programme_kind
    left join cohort on cohort.kind = programme_kind.kind
    group by programme_kind.kind
),
all_scales as (
    select people, count(*) as scales
    from published_scale
    group by people
),
both_scores as (
    select cohort.kind, cohort.provider, cohort.referral_key, published_scale.people,
        published_scale.scale, (later.score - baseline.score) * published_scale.per_unit as change,
        count(*) over (
            partition by cohort.provider, cohort.referral_key, published_scale.people
        ) as scales
    from cohort
    join outcome_score baseline on baseline.provider = cohort.provider
        and baseline.referral_key = cohort.referral_key and baseline.timepoint = 'baseline'
    join outcome_score later on later.provider = cohort.provider
        and later.referral_key = cohort.referral_key and later.timepoint = '12_weeks'
        and later.scale = baseline.scale
        and later.recorded_on > baseline.recorded_on and later.recorded_on <= $period_end
    join published_scale on published_scale.scale = baseline.scale
    where cohort.has_started = 1 and cohort.kind is not null
),
pair as (
    -- Who moves a sum most, so that no mean says what one person did.
    select both_scores.kind, both_scores.scale, both_scores.change,
        abs(both_scores.change) as size,
        row_number() over (
            partition by both_scores.kind, both_scores.scale
            order by abs(both_scores.change) desc
        ) as size_rank
    from both_scores
    join all_scales on all_scales.people = both_scores.people
        and all_scales.scales = both_scores.scales
),
outcome as (
    select funnel.kind, shown_scale.scale, shown_scale.change_id, shown_scale.completeness_id,
        funnel.started, count(pair.change) as pairs, sum(pair.change) as total,
        sum(pair.change * pair.change) as total_squares, sum(pair.size) as total_absolute,
        max(pair.size) as largest,
        max(case when pair.size_rank = 2 then pair.size end) as second_largest
    from funnel
    cross join shown_scale
    left join pair on pair.kind = funnel.kind and pair.scale = shown_scale.scale
    group by funnel.kind, shown_scale.scale, shown_scale.change_id, shown_scale.completeness_id,
        funnel.started
),
delivered as (
    select distinct provider, table_name
    from intake_count
    where fate = 'kept' and "rows" > 0
),
referral_coverage as (
    select count(distinct agreed_file.provider) as providers_expected,
        count(distinct delivered.provider) as providers_reporting
    from agreed_file
    left join delivered on delivered.provider = agreed_file.provider
        and delivered.table_name = agreed_file.table_name
    where agreed_file.table_name = 'referral'
),
of_records as (
    select 'rtt_records_over_18_weeks' as indicator_id, category_type, category,
        over_18 as count, null as denominator
    from records_placed
    union all
    select 'rtt_records_over_52_weeks', category_type, category, over_52, null
    from records_placed
    union all
    select 'rtt_over_52_of_over_18_weeks', category_type, category, over_52, over_18
    from records_placed
    union all
    select 'residents_with_rtt_records', 'all', 'all', residents_counted, residents
    from covered
    where residents > 0
),
of_people as (
    select 'waiting_well_referred' as indicator_id, kind, referred as count,
        null as denominator, null as total, null as total_squares, null as total_absolute,
        null as largest, null as second_largest
    from funnel
    union all
    select 'waiting_well_started', kind, started, referred, null, null, null, null, null
    from funnel
    union all
    select 'waiting_well_completed', kind, completed, started, null, null, null, null, null
    from funnel
    union all
    select completeness_id, kind, pairs, started, null, null, null, null, null
    from outcome
    union all
    select change_id, kind, pairs, null, total, total_squares, total_absolute, largest,
        second_largest
    from outcome
),
figure as (
    select of_records.indicator_id, month_of_records.first_day as period_start,
        month_of_records.last_day as period_end, of_records.category_type,
        of_records.category, of_records.count, of_records.denominator, null as total,
        null as total_squares, null as total_absolute, null as largest, null as second_largest,
        records_coverage.icbs_counted as providers_reporting,
        records_coverage.icbs as providers_expected
    from of_records
    cross join month_of_records
    cross join records_coverage
    union all
    select of_people.indicator_id, strftime($cohort_from, '%Y-%m-%d'),
        strftime($cohort_to, '%Y-%m-%d'), 'programme_kind', of_people.kind, of_people.count,
        of_people.denominator, of_people.total, of_people.total_squares,
        of_people.total_absolute, of_people.largest, of_people.second_largest,
        referral_coverage.providers_reporting, referral_coverage.providers_expected
    from of_people
    cross join referral_coverage
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    figure.period_start, figure.period_end, 'persons' as sex, 'all' as age_band,
    figure.category_type, figure.category, figure.count, figure.denominator, figure.total,
    figure.total_squares, figure.total_absolute, figure.largest, figure.second_largest,
    figure.providers_reporting, figure.providers_expected
from figure
cross join icb
