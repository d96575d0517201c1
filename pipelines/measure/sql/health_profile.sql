-- What is known of an ICB, its districts and its neighbourhoods side by side: people on disease registers, inactive adults, deprivation, rurality, and how far leisure providers and programmes reach.
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
place_name as (
    -- Some lookups name neighbourhoods and some do not; a name holds whatever the vintage.
    select area_code as lsoa21_code, max(area_name) as lsoa21_name
    from geography
    where area_type = 'lsoa21'
    group by area_code
),
area as (
    -- Every area that is shown, with its neighbourhoods: the part of a district inside the ICB.
    select in_icb.lsoa21_code, in_icb.lsoa21_code as area_code, null as area_ods_code,
        place_name.lsoa21_name as area_name, 'lsoa21' as area_type
    from in_icb
    join place_name on place_name.lsoa21_code = in_icb.lsoa21_code
    union all
    select in_icb.lsoa21_code, district.ltla_code, null, district.ltla_name, 'ltla'
    from in_icb
    join district on district.lsoa21_code = in_icb.lsoa21_code
    union all
    select in_icb.lsoa21_code, icb.icb_code, icb.icb_ods_code, icb.icb_name, 'icb'
    from in_icb
    cross join icb
),

-- Residents by the class of their neighbourhood.
residents as (
    select area_code as lsoa21_code, sum(people) as residents
    from population
    where area_type = 'lsoa21' and source = 'census_2021' and sex = 'persons'
    group by area_code
),
class as (
    select residents.lsoa21_code, residents.residents, deprivation.decile,
        case deprivation.decile
            when 1 then '01 most deprived tenth'
            when 2 then '02'
            when 3 then '03'
            when 4 then '04'
            when 5 then '05'
            when 6 then '06'
            when 7 then '07'
            when 8 then '08'
            when 9 then '09'
            when 10 then '10 least deprived tenth'
        end as tenth,
        case when deprivation.decile <= 2 then residents.residents else 0 end as in_lowest_fifth,
        rural_urban.class_name,
        case
            when rural_urban.class_code like 'R%' then residents.residents
            when rural_urban.class_code like 'U%' then 0
        end as in_rural
    from residents
    left join deprivation on deprivation.area_code = residents.lsoa21_code
        and deprivation.index_version = 'imd2025'
    left join rural_urban on rural_urban.area_code = residents.lsoa21_code
        and rural_urban.index_version = 'ruc2021'
),

-- Inactive adults as inactive_population models them: its pattern, matched to the published rate
-- of each whole district. A district without one has no estimate: an inner join, so that it shows.
published as (
    select area_code as ltla_code, period, value
    from health_indicator
    where indicator_id = '93015' and area_type = 'ltla' and sex = 'persons'
        and coalesce(category_type, '') = '' and value is not null
        and (age_band is null or age_band = '19+ yrs')
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
inactive as (
    select pattern.lsoa21_code, pattern.adults, pattern.fitted * matching.factor as inactive
    from pattern
    join matching on matching.ltla_code = pattern.ltla_code
),

-- People on disease registers, by practice; a practice belongs to a sub-ICB location, and that to
-- the ICB in which all of its neighbourhoods lie.
sub_icb as (
    select area_code as lsoa21_code, max(parent_ods_code) as sub_icb_ods_code
    from geography
    where area_type = 'lsoa21' and parent_type = 'sub_icb'
        and valid_from = (
            select max(valid_from)
            from geography
            where area_type = 'lsoa21' and parent_type = 'sub_icb'
        )
    group by area_code
),
sub_icb_here as (
    select sub_icb.sub_icb_ods_code, count(*) as neighbourhoods,
        count(in_icb.lsoa21_code) as neighbourhoods_here
    from sub_icb
    left join in_icb on in_icb.lsoa21_code = sub_icb.lsoa21_code
    group by sub_icb.sub_icb_ods_code
    having count(in_icb.lsoa21_code) > 0
),
practice as (
    -- Where the ICB has part of a location, nobody knows which practices are here: no figures.
    select geography.area_code as practice_code, max(geography.valid_from) as year_from,
        max(coalesce(geography.valid_to, $period_end)) as year_to
    from geography
    join sub_icb_here on sub_icb_here.sub_icb_ods_code = geography.parent_ods_code
    where geography.area_type = 'gp_practice' and geography.parent_type = 'sub_icb'
        and geography.valid_from = (
            select max(valid_from)
            from geography
            where area_type = 'gp_practice' and parent_type = 'sub_icb'
        )
        and not exists (
            select 1
            from sub_icb_here divided
            where divided.neighbourhoods_here < divided.neighbourhoods
        )
    group by geography.area_code
),
register as (
    select area_code as practice_code, indicator_id, list_type, count, denominator
    from health_indicator
    where source = 'nhs_england_qof' and area_type = 'gp_practice'
        and period = (
            select max(period)
            from health_indicator
            where source = 'nhs_england_qof' and area_type = 'gp_practice'
        )
),
prevalence as (
    select practice.year_from, practice.year_to,
        case register.list_type
            when 'TOTAL' then 'all'
            when '06OV' then '6+'
            when '16OV' then '16+'
            when '17OV' then '17+'
            when '18OV' then '18+'
            when '50OV' then '50+'
        end as age_band,
        case register.indicator_id
            when 'qof_af' then 'Atrial fibrillation'
            when 'qof_ast' then 'Asthma'
            when 'qof_can' then 'Cancer'
            when 'qof_chd' then 'Coronary heart disease'
            when 'qof_ckd' then 'Chronic kidney disease'
            when 'qof_copd' then 'Chronic obstructive pulmonary disease'
            when 'qof_dem' then 'Dementia'
            when 'qof_dep' then 'Depression'
            when 'qof_dm' then 'Diabetes'
            when 'qof_ep' then 'Epilepsy'
            when 'qof_hf' then 'Heart failure'
            when 'qof_hyp' then 'Hypertension'
            when 'qof_ld' then 'Learning disability'
            when 'qof_mh' then 'Severe mental illness'
            when 'qof_ndh' then 'Non-diabetic hyperglycaemia'
            when 'qof_ob' then 'Obesity'
            when 'qof_ost' then 'Osteoporosis'
            when 'qof_pad' then 'Peripheral arterial disease'
            when 'qof_pc' then 'Palliative care'
            when 'qof_ra' then 'Rheumatoid arthritis'
            when 'qof_stia' then 'Stroke and transient ischaemic attack'
        end as disease,
        sum(register.count) as registered, sum(register.denominator) as listed
    from register
    join practice on practice.practice_code = register.practice_code
    group by practice.year_from, practice.year_to, register.list_type, register.indicator_id
),

-- People under their pseudonyms.
leisure as (
    select distinct provider from agreed_file where table_name = 'attendance'
),
membership as (
    -- Current members (or of unstated standing) whose consent covers all of the last 28 days: the
    -- members of inactive_population.
    select person.person_key, person.lsoa21_code,
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
first_referral as (
    -- A person counts once, by the first referral in the cohort's twelve months: the cohort of
    -- programme_outcomes.
    select person.person_key, person.lsoa21_code, person_referral.started_on,
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
reached as (
    select lsoa21_code, count(*) as members, 0 as starters
    from membership
    where preference = 1
    group by lsoa21_code
    union all
    select lsoa21_code, 0, count(*)
    from first_referral
    where preference = 1 and started_on <= $period_end
    group by lsoa21_code
),
reach as (
    select lsoa21_code, sum(members) as members, sum(starters) as starters
    from reached
    group by lsoa21_code
),

whole as (
    select area.area_code, area.area_ods_code, area.area_name, area.area_type,
        sum(class.residents) as residents,
        sum(case when class.decile is not null then class.residents end) as ranked,
        sum(class.in_lowest_fifth) as in_lowest_fifth,
        sum(case when class.in_rural is not null then class.residents end) as classed,
        sum(class.in_rural) as in_rural,
        sum(class.residents * class.decile) as total,
        sum(class.residents * class.decile * class.decile) as total_squares,
        max(class.decile) as largest,
        sum(inactive.adults) as adults, sum(inactive.inactive) as inactive,
        coalesce(sum(reach.members), 0) as members, coalesce(sum(reach.starters), 0) as starters
    from area
    left join class on class.lsoa21_code = area.lsoa21_code
    left join inactive on inactive.lsoa21_code = area.lsoa21_code
    left join reach on reach.lsoa21_code = area.lsoa21_code
    group by area.area_code, area.area_ods_code, area.area_name, area.area_type
),
figure as (
    select 'registered_with_disease' as indicator_id, icb.icb_code as area_code,
        icb.icb_ods_code as area_ods_code, icb.icb_name as area_name, 'icb' as area_type,
        prevalence.year_from as period_start, prevalence.year_to as period_end,
        prevalence.age_band, 'condition' as category_type, prevalence.disease as category,
        prevalence.registered as count, prevalence.listed as denominator, null as total,
        null as total_squares, null as largest
    from prevalence
    cross join icb
    where prevalence.listed > 0
    union all
    select 'inactive_adults', area_code, area_ods_code, area_name, area_type, $period_start,
        $period_end, '19+', 'all', 'all', floor(inactive + 0.5), floor(adults + 0.5), null, null,
        null
    from whole
    where adults > 0
    union all
    select 'mean_deprivation_decile', area_code, area_ods_code, area_name, area_type,
        $period_start, $period_end, 'all', 'all', 'all', ranked, null, total, total_squares,
        largest
    from whole
    where ranked > 0 and area_type <> 'lsoa21'
    union all
    select 'residents_in_most_deprived_fifth', area_code, area_ods_code, area_name, area_type,
        $period_start, $period_end, 'all', 'all', 'all', in_lowest_fifth, ranked, null, null, null
    from whole
    where ranked > 0 and area_type <> 'lsoa21'
    union all
    select 'residents_in_rural_areas', area_code, area_ods_code, area_name, area_type,
        $period_start, $period_end, 'all', 'all', 'all', in_rural, classed, null, null, null
    from whole
    where classed > 0 and area_type <> 'lsoa21'
    union all
    select 'residents', area.area_code, area.area_ods_code, area.area_name, area.area_type,
        $period_start, $period_end, 'all', 'deprivation_decile', class.tenth,
        sum(class.residents), null, null, null, null
    from area
    join class on class.lsoa21_code = area.lsoa21_code
    where class.tenth is not null
    group by area.area_code, area.area_ods_code, area.area_name, area.area_type, class.tenth
    union all
    select 'residents', area.area_code, area.area_ods_code, area.area_name, area.area_type,
        $period_start, $period_end, 'all', 'rural_urban', class.class_name, sum(class.residents),
        null, null, null, null
    from area
    join class on class.lsoa21_code = area.lsoa21_code
    where class.class_name is not null
    group by area.area_code, area.area_ods_code, area.area_name, area.area_type, class.class_name
    union all
    select 'members_per_1000_residents', area_code, area_ods_code, area_name, area_type,
        $period_start, $period_end, 'all', 'all', 'all', members, residents, null, null, null
    from whole
    where residents > 0 and area_type <> 'lsoa21'
    union all
    select 'starters_per_1000_residents', area_code, area_ods_code, area_name, area_type,
        $cohort_from, $cohort_to, 'all', 'all', 'all', starters, residents, null, null, null
    from whole
    where residents > 0 and area_type = 'icb'
),

-- Which providers should have delivered what an indicator needs, and which did.
delivered as (
    select distinct provider, table_name
    from intake_count
    where fate = 'kept' and "rows" > 0
),
coverage as (
    select
        case agreed_file.table_name
            when 'attendance' then 'members_per_1000_residents'
            else 'starters_per_1000_residents'
        end as indicator_id,
        count(distinct agreed_file.provider) as providers_expected,
        count(distinct delivered.provider) as providers_reporting
    from agreed_file
    left join delivered on delivered.provider = agreed_file.provider
        and delivered.table_name = agreed_file.table_name
    where agreed_file.table_name in ('attendance', 'referral')
    group by agreed_file.table_name
)
select figure.indicator_id, figure.area_code, figure.area_ods_code, figure.area_name,
    figure.area_type, $icb_code as parent_area_code, figure.period_start, figure.period_end,
    'persons' as sex, figure.age_band, figure.category_type, figure.category, figure.count,
    figure.denominator, figure.total, figure.total_squares, figure.total as total_absolute,
    figure.largest, figure.largest as second_largest,
    coalesce(coverage.providers_reporting, 0) as providers_reporting,
    coalesce(coverage.providers_expected, 0) as providers_expected
from figure
left join coverage on coverage.indicator_id = figure.indicator_id
