-- How members, people referred, starters, completers and modelled inactive adults divide between deprivation tenths, ethnic groups, disabled people and others, the sexes and age groups of one ICB.
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
    select area_code as lsoa21_code, min(parent_code) as ltla_code
    from geography
    where area_type = 'lsoa21' and parent_type = 'ltla'
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
    group by area_code
),
tenth as (
    select area_code as lsoa21_code,
        case decile
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
        end as tenth
    from deprivation
    where index_version = 'imd2025'
),

-- Who lives here: residents of all ages from the census, adults from the mid-2020 estimates.
residents as (
    select area_code as lsoa21_code, sum(people) as residents
    from population
    where area_type = 'lsoa21' and source = 'census_2021' and sex = 'persons'
    group by area_code
),
resident_group as (
    select area_code as lsoa21_code, category_type, category, sum(people) as people
    from population_group
    where area_type = 'lsoa21' and source = 'census_2021'
    group by area_code, category_type, category
),
resident_groups as (
    select lsoa21_code, category_type, sum(people) as people
    from resident_group
    group by lsoa21_code, category_type
),
women as (
    -- Sexes are published by district; districts of a later year have those of England.
    select area_code as ltla_code,
        1.0 * sum(case when sex = 'female' then people else 0 end) / sum(people) as share
    from population
    where area_type = 'ltla' and source = 'census_2021_by_sex' and age_from = 0 and age_to = 120
    group by area_code
    having sum(people) > 0
),
women_here as (
    select geography.area_code as lsoa21_code, avg(women.share) as share
    from geography
    join women on women.ltla_code = geography.parent_code
    where geography.area_type = 'lsoa21' and geography.parent_type = 'ltla'
    group by geography.area_code
),
resident_sex as (
    select residents.lsoa21_code,
        residents.residents * coalesce(women_here.share, england.share) as women,
        residents.residents * (1 - coalesce(women_here.share, england.share)) as men
    from residents
    cross join (select avg(share) as share from women) england
    left join women_here on women_here.lsoa21_code = residents.lsoa21_code
),
adults as (
    select lsoa21_code, sum(adults) as adults
    from inactivity_pattern
    group by lsoa21_code
),
base as (
    -- Residents and adults of every group that has any: what the rates are of.
    select 'persons' as sex, 'all' as age_band, 'all' as category_type, 'all' as category,
        sum(residents.residents) as residents, sum(adults.adults) as adults
    from in_icb
    left join residents on residents.lsoa21_code = in_icb.lsoa21_code
    left join adults on adults.lsoa21_code = in_icb.lsoa21_code
    union all
    select 'persons', 'all', 'deprivation_decile', tenth.tenth, sum(residents.residents),
        sum(adults.adults)
    from in_icb
    join tenth on tenth.lsoa21_code = in_icb.lsoa21_code
    left join residents on residents.lsoa21_code = in_icb.lsoa21_code
    left join adults on adults.lsoa21_code = in_icb.lsoa21_code
    group by tenth.tenth
    union all
    select 'persons', 'all', 'ethnic_group', resident_group.category, sum(resident_group.people),
        null
    from in_icb
    join resident_group on resident_group.lsoa21_code = in_icb.lsoa21_code
    where resident_group.category_type = 'ethnic_group'
    group by resident_group.category
    union all
    select 'female', 'all', 'all', 'all', sum(resident_sex.women), null
    from in_icb
    join resident_sex on resident_sex.lsoa21_code = in_icb.lsoa21_code
    union all
    select 'male', 'all', 'all', 'all', sum(resident_sex.men), null
    from in_icb
    join resident_sex on resident_sex.lsoa21_code = in_icb.lsoa21_code
    union all
    select inactivity_pattern.sex, 'all', 'all', 'all', null, sum(inactivity_pattern.adults)
    from in_icb
    join inactivity_pattern on inactivity_pattern.lsoa21_code = in_icb.lsoa21_code
    group by inactivity_pattern.sex
    union all
    select 'persons', inactivity_pattern.age_band, 'all', 'all', sum(inactivity_pattern.adults),
        sum(inactivity_pattern.adults)
    from in_icb
    join inactivity_pattern on inactivity_pattern.lsoa21_code = in_icb.lsoa21_code
    group by inactivity_pattern.age_band
),

-- Modelled inactivity. Deprivation, sex and age as inactive_population models them; an ethnic group
-- and disabled people by England's published percentage of each.
england as (
    select period, value, coalesce(denominator, 1) as sample,
        case category_type when 'Disability' then 'disability' else 'ethnic_group' end
            as category_type,
        -- The census counts Chinese people as Asian; the survey shows them apart.
        case
            when category = 'Chinese' then 'Asian'
            when category in ('White British', 'White Other') then 'White'
            else category
        end as category
    from health_indicator
    where indicator_id = '93015' and area_code = 'E92000001' and sex = 'persons'
        and category_type in ('Disability', 'Ethnic groups') and value is not null
),
rate as (
    -- Two published groups that make one here weigh as many as the survey asked of each.
    select category_type, category, sum(value * sample) / sum(sample) as rate
    from england
    where period = (select max(period) from england)
    group by category_type, category
),
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
expected as (
    -- Ages within an ethnic group, or of disabled people, are not published for neighbourhoods:
    -- each group is given its share of the adults.
    select lsoa21_code, 'together' as model, sex, age_band, 'all' as category, adults,
        fitted as inactive
    from inactivity_pattern
    union all
    select adults.lsoa21_code, rate.category_type, 'persons', 'all', rate.category,
        1.0 * adults.adults * resident_group.people / resident_groups.people,
        1.0 * adults.adults * resident_group.people / resident_groups.people * rate.rate
    from adults
    join resident_group on resident_group.lsoa21_code = adults.lsoa21_code
    join resident_groups on resident_groups.lsoa21_code = adults.lsoa21_code
        and resident_groups.category_type = resident_group.category_type
    join rate on rate.category_type = resident_group.category_type
        and rate.category = resident_group.category
    where resident_groups.people > 0
),
matching as (
    -- What every expected number of a model is multiplied by, so that the whole district has its
    -- published rate. A district without one has no estimate.
    select district.ltla_code, expected.model,
        district_rate.rate / 100 * sum(expected.adults) / sum(expected.inactive) as factor
    from expected
    join district on district.lsoa21_code = expected.lsoa21_code
    join district_rate on district_rate.ltla_code = district.ltla_code
    group by district.ltla_code, expected.model, district_rate.rate
    having sum(expected.inactive) > 0
),
matched as (
    select expected.lsoa21_code, expected.model, expected.sex, expected.age_band,
        expected.category, expected.adults, expected.inactive * matching.factor as inactive
    from expected
    join in_icb on in_icb.lsoa21_code = expected.lsoa21_code
    join district on district.lsoa21_code = expected.lsoa21_code
    join matching on matching.ltla_code = district.ltla_code and matching.model = expected.model
),
modelled as (
    select 'persons' as sex, '19+' as age_band, 'all' as category_type, 'all' as category,
        sum(adults) as adults, sum(inactive) as inactive
    from matched
    where model = 'together'
    union all
    select sex, '19+', 'all', 'all', sum(adults), sum(inactive)
    from matched
    where model = 'together'
    group by sex
    union all
    select 'persons', age_band, 'all', 'all', sum(adults), sum(inactive)
    from matched
    where model = 'together'
    group by age_band
    union all
    select 'persons', '19+', 'deprivation_decile', tenth.tenth, sum(matched.adults),
        sum(matched.inactive)
    from matched
    join tenth on tenth.lsoa21_code = matched.lsoa21_code
    where matched.model = 'together'
    group by tenth.tenth
    union all
    select 'persons', '19+', model, category, sum(adults), sum(inactive)
    from matched
    where model <> 'together'
    group by model, category
),

-- People under their pseudonyms.
stated as (
    -- A person's ethnic group is what the providers who state one agree on.
    select person_key, min(ethnic_group) as ethnic_group
    from (
        select person_key,
            case
                when ethnic_category in ('A', 'B', 'C') then 'White'
                when ethnic_category in ('D', 'E', 'F', 'G') then 'Mixed'
                when ethnic_category in ('H', 'J', 'K', 'L', 'R') then 'Asian'
                when ethnic_category in ('M', 'N', 'P') then 'Black'
                when ethnic_category = 'S' then 'Other'
            end as ethnic_group
        from person
    ) coded
    where ethnic_group is not null
    group by person_key
    having count(distinct ethnic_group) = 1
),
leisure as (
    select distinct provider from agreed_file where table_name = 'attendance'
),
membership as (
    -- Current members (or of unstated standing) whose consent covers all of the last 28 days: the
    -- members of inactive_population.
    select person.person_key, person.sex, person.birth_year, person.lsoa21_code,
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
    select person.person_key, person.sex, person.birth_year, person.lsoa21_code,
        person_referral.started_on, person_referral.completed_on,
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
known as (
    select 'member' as kind, person_key, sex, birth_year, lsoa21_code, 0 as has_started,
        0 as has_completed
    from membership
    where preference = 1
    union all
    select 'referred', person_key, sex, birth_year, lsoa21_code,
        case when started_on <= $period_end then 1 else 0 end,
        case when started_on <= $period_end and completed_on <= $period_end then 1 else 0 end
    from first_referral
    where preference = 1
),
someone as (
    select known.kind, known.has_started, known.has_completed,
        tenth.tenth, stated.ethnic_group,
        case known.sex when '1' then 'male' when '2' then 'female' end as sex,
        case when $period_year - known.birth_year >= 19 then 1 else 0 end as is_adult,
        case
            when $period_year - known.birth_year < 19 then '0-18'
            when $period_year - known.birth_year < 35 then '19-34'
            when $period_year - known.birth_year < 50 then '35-49'
            when $period_year - known.birth_year < 65 then '50-64'
            when $period_year - known.birth_year >= 65 then '65+'
        end as age_band
    from known
    join in_icb on in_icb.lsoa21_code = known.lsoa21_code
    left join tenth on tenth.lsoa21_code = known.lsoa21_code
    left join stated on stated.person_key = known.person_key
),
placed as (
    select kind, is_adult, has_started, has_completed, 'persons' as sex, 'all' as age_band,
        'all' as category_type, 'all' as category
    from someone
    union all
    select kind, is_adult, has_started, has_completed, sex, 'all', 'all', 'all'
    from someone
    where sex is not null
    union all
    select kind, is_adult, has_started, has_completed, 'persons', age_band, 'all', 'all'
    from someone
    where age_band is not null
    union all
    select kind, is_adult, has_started, has_completed, 'persons', 'all', 'deprivation_decile',
        tenth
    from someone
    where tenth is not null
    union all
    select kind, is_adult, has_started, has_completed, 'persons', 'all', 'ethnic_group',
        ethnic_group
    from someone
    where ethnic_group is not null
),
counted as (
    select kind, sex, age_band, category_type, category, count(*) as people,
        sum(is_adult) as adults, sum(has_started) as started, sum(has_completed) as completed
    from placed
    group by kind, sex, age_band, category_type, category
),
rated as (
    -- Every group of residents, also one of whom nobody is a member or was referred.
    select base.sex, base.age_band, base.category_type, base.category, base.residents,
        base.adults,
        coalesce(member.people, 0) as members, coalesce(member.adults, 0) as adult_members,
        coalesce(referred.people, 0) as referred
    from base
    left join counted member on member.kind = 'member' and member.sex = base.sex
        and member.age_band = base.age_band and member.category_type = base.category_type
        and member.category = base.category
    left join counted referred on referred.kind = 'referred' and referred.sex = base.sex
        and referred.age_band = base.age_band and referred.category_type = base.category_type
        and referred.category = base.category
),
figure as (
    select 'members_per_1000_residents' as indicator_id, sex, age_band, category_type, category,
        members as count, floor(residents + 0.5) as denominator
    from rated
    where residents > 0 and sex = 'persons' and age_band = 'all'
        and category_type in ('all', 'ethnic_group')
    union all
    select 'members_per_1000_adults', sex, case age_band when 'all' then '19+' else age_band end,
        category_type, category, adult_members, floor(adults + 0.5)
    from rated
    where adults > 0
    union all
    select 'referred_per_1000_residents', sex, age_band, category_type, category, referred,
        floor(residents + 0.5)
    from rated
    where residents > 0
    union all
    select 'started_of_referred', sex, age_band, category_type, category, started, people
    from counted
    where kind = 'referred'
    union all
    select 'completed_of_started', sex, age_band, category_type, category, completed, started
    from counted
    where kind = 'referred'
    union all
    select 'completed_of_referred', sex, age_band, category_type, category, completed, people
    from counted
    where kind = 'referred'
    union all
    select 'inactive_adults_by_group', sex, age_band, category_type, category,
        floor(inactive + 0.5), floor(adults + 0.5)
    from modelled
    where adults > 0
),

-- Which providers should have delivered what an indicator needs, and which did.
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
    group by agreed_file.table_name
),
needed as (
    select 'members_per_1000_residents' as indicator_id, 'attendance' as table_name,
        $period_start as period_start, $period_end as period_end
    union all
    select 'members_per_1000_adults', 'attendance', $period_start, $period_end
    union all
    select 'inactive_adults_by_group', 'none', $period_start, $period_end
    union all
    select 'referred_per_1000_residents', 'referral', $cohort_from, $cohort_to
    union all
    select 'started_of_referred', 'referral', $cohort_from, $cohort_to
    union all
    select 'completed_of_started', 'referral', $cohort_from, $cohort_to
    union all
    select 'completed_of_referred', 'referral', $cohort_from, $cohort_to
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    needed.period_start, needed.period_end, figure.sex, figure.age_band, figure.category_type,
    figure.category, figure.count, figure.denominator, null as total, null as total_squares,
    null as total_absolute, null as largest, null as second_largest,
    coalesce(coverage.providers_reporting, 0) as providers_reporting,
    coalesce(coverage.providers_expected, 0) as providers_expected
from figure
join needed on needed.indicator_id = figure.indicator_id
cross join icb
left join coverage on coverage.table_name = needed.table_name
