-- England's pattern of inactivity laid on the adults of every neighbourhood, by sex and age: how many would be inactive, in arbitrary units that only compare neighbourhoods, under four models.
with
-- Adults of 2021 neighbourhoods, in the survey's age bands and in ours: mid-2020 residents aged 19
-- and over of each 2011 neighbourhood, shared among its 2021 successors by their census residents.
adults_2011 as (
    select area_code as lsoa11_code,
        case
            when age_from < 25 then '19-24 yrs'
            when age_from < 35 then '25-34 yrs'
            when age_from < 45 then '35-44 yrs'
            when age_from < 55 then '45-54 yrs'
            when age_from < 65 then '55-64 yrs'
            when age_from < 75 then '65-74 yrs'
            when age_from < 85 then '75-84 yrs'
            else '85+ yrs'
        end as survey_band,
        case
            when age_from < 35 then '19-34'
            when age_from < 50 then '35-49'
            when age_from < 65 then '50-64'
            else '65+'
        end as age_band,
        people
    from population
    where area_type = 'lsoa11' and source = 'ons_mid_2020' and sex = 'persons' and age_from >= 19
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
adults_2021 as (
    select weighted_successor.lsoa21_code, adults_2011.survey_band, adults_2011.age_band,
        sum(
            adults_2011.people
            * case
                when predecessor.residents > 0
                    then 1.0 * weighted_successor.residents / predecessor.residents
                else 1.0 / predecessor.successors
            end
        ) as adults
    from weighted_successor
    join predecessor on predecessor.lsoa11_code = weighted_successor.lsoa11_code
    join adults_2011 on adults_2011.lsoa11_code = weighted_successor.lsoa11_code
    group by weighted_successor.lsoa21_code, adults_2011.survey_band, adults_2011.age_band
),

-- Women's share of a district's adults, below 65 and from 65; England's for a later district.
by_sex as (
    select area_code as ltla_code, sex,
        sum(case when age_from = 16 then people else 0 end) as working_age,
        sum(case when age_from = 65 then people else 0 end) as older
    from population
    where area_type = 'ltla' and source = 'census_2021_by_sex' and area_code like 'E%'
    group by area_code, sex
),
women as (
    select ltla_code,
        sum(case when sex = 'female' then 1.0 * working_age else 0 end) / sum(working_age)
            as younger,
        sum(case when sex = 'female' then 1.0 * older else 0 end) / sum(older) as older
    from by_sex
    group by ltla_code
    having sum(working_age) > 0 and sum(older) > 0
),
women_in_england as (
    select avg(younger) as younger, avg(older) as older
    from women
),
women_here as (
    select geography.area_code as lsoa21_code, avg(women.younger) as younger,
        avg(women.older) as older
    from geography
    join women on women.ltla_code = geography.parent_code
    where geography.area_type = 'lsoa21' and geography.parent_type = 'ltla'
    group by geography.area_code
),
shared_out as (
    -- Half are women where nothing is published.
    select adults_2021.lsoa21_code, adults_2021.survey_band, adults_2021.age_band,
        adults_2021.adults,
        case
            when adults_2021.age_band = '65+'
                then coalesce(women_here.older, women_in_england.older, 0.5)
            else coalesce(women_here.younger, women_in_england.younger, 0.5)
        end as women
    from adults_2021
    cross join women_in_england
    left join women_here on women_here.lsoa21_code = adults_2021.lsoa21_code
),
adult as (
    select lsoa21_code, survey_band, age_band, 'female' as sex, adults * women as adults
    from shared_out
    union all
    select lsoa21_code, survey_band, age_band, 'male', adults * (1 - women)
    from shared_out
),

-- England's published percentages by age, sex, deprivation, ethnic group and disability, each as a
-- ratio to the mean of its kind. The survey's seven ethnic groups become the census's five.
national as (
    select period, value, coalesce(denominator, 1) as sample,
        case
            when category_type like 'LSOA11 deprivation deciles%' then 'deprivation'
            when category_type = 'Ethnic groups' then 'ethnic_group'
            when category_type = 'Disability' then 'disability'
            when coalesce(category_type, '') <> '' then null
            when sex <> 'persons' then 'sex'
            when age_band <> '19+ yrs' then 'age'
        end as kind,
        case
            when category = 'Chinese' then 'Asian'
            when category in ('White British', 'White Other') then 'White'
            when coalesce(category, '') <> '' then category
            when sex <> 'persons' then sex
            else age_band
        end as category
    from health_indicator
    where indicator_id = '93015' and area_code = 'E92000001' and value is not null
),
newest_by_kind as (
    select *
    from national
    where kind is not null
        and period = (select max(period) from national where kind = 'deprivation')
),
mean_of_kind as (
    select kind, sum(value * sample) / sum(sample) as value
    from newest_by_kind
    group by kind
),
ratio as (
    select newest_by_kind.kind, newest_by_kind.category,
        sum(newest_by_kind.value * newest_by_kind.sample) / sum(newest_by_kind.sample)
        / max(mean_of_kind.value) as ratio
    from newest_by_kind
    join mean_of_kind on mean_of_kind.kind = newest_by_kind.kind
    group by newest_by_kind.kind, newest_by_kind.category
),
decile_name as (
    select area_code as lsoa21_code,
        case decile
            when 1 then 'Most deprived decile'
            when 2 then 'Second most deprived decile'
            when 3 then 'Third more deprived decile'
            when 4 then 'Fourth more deprived decile'
            when 5 then 'Fifth more deprived decile'
            when 6 then 'Fifth less deprived decile'
            when 7 then 'Fourth less deprived decile'
            when 8 then 'Third less deprived decile'
            when 9 then 'Second least deprived decile'
            when 10 then 'Least deprived decile'
        end as category
    from deprivation
    where index_version = 'imd2025'
),

-- What share of each neighbourhood's adults is in each group. Ethnic group and disability are
-- published of residents of all ages, and taken for adults.
adults as (
    select lsoa21_code, sum(adults) as adults
    from adult
    group by lsoa21_code
    having sum(adults) > 0
),
grouped as (
    select area_code as lsoa21_code, category_type as kind, sum(people) as people
    from population_group
    where area_type = 'lsoa21' and source = 'census_2021'
    group by area_code, category_type
    having sum(people) > 0
),
share as (
    select adult.lsoa21_code, 'age' as kind, adult.survey_band as category,
        1.0 * sum(adult.adults) / max(adults.adults) as share
    from adult
    join adults on adults.lsoa21_code = adult.lsoa21_code
    group by adult.lsoa21_code, adult.survey_band
    union all
    select adult.lsoa21_code, 'sex', adult.sex, sum(adult.adults) / max(adults.adults)
    from adult
    join adults on adults.lsoa21_code = adult.lsoa21_code
    group by adult.lsoa21_code, adult.sex
    union all
    select lsoa21_code, 'deprivation', category, 1.0
    from decile_name
    union all
    select population_group.area_code, population_group.category_type, population_group.category,
        1.0 * sum(population_group.people) / max(grouped.people)
    from population_group
    join grouped on grouped.lsoa21_code = population_group.area_code
        and grouped.kind = population_group.category_type
    where population_group.area_type = 'lsoa21' and population_group.source = 'census_2021'
    group by population_group.area_code, population_group.category_type,
        population_group.category
),
mix as (
    select share.lsoa21_code, share.kind, share.category, share.share, ratio.ratio,
        adults.adults * share.share as adults
    from share
    join ratio on ratio.kind = share.kind and ratio.category = share.category
    join adults on adults.lsoa21_code = share.lsoa21_code
),

-- What each kind alone makes of a neighbourhood: 1 is England's mean, and what is not published.
alone as (
    select adults.lsoa21_code, adults.adults,
        coalesce(sum(case when mix.kind = 'sex' then mix.share * mix.ratio end), 1) as sex,
        coalesce(sum(case when mix.kind = 'deprivation' then mix.share * mix.ratio end), 1)
            as deprivation,
        coalesce(sum(case when mix.kind = 'ethnic_group' then mix.share * mix.ratio end), 1)
            as ethnic_group,
        coalesce(sum(case when mix.kind = 'disability' then mix.share * mix.ratio end), 1)
            as disability
    from adults
    left join mix on mix.lsoa21_code = adults.lsoa21_code
    group by adults.lsoa21_code, adults.adults
),

-- The kinds overlap: deprived places have more disabled people. Multiplied as they are, they would
-- count that twice. So each kind in turn gets the factors that make the model give its categories
-- their published ratios, beside what is fitted already; deprivation, which came first and
-- unfitted, comes again at the end.
age_factor as (
    select mix.category,
        max(mix.ratio) * sum(mix.adults) / sum(mix.adults * alone.sex * alone.deprivation)
            as factor
    from mix
    join alone on alone.lsoa21_code = mix.lsoa21_code
    where mix.kind = 'age'
    group by mix.category
),
with_age as (
    select alone.lsoa21_code, alone.sex, alone.deprivation,
        coalesce(sum(mix.share * age_factor.factor), 1) as age
    from alone
    left join mix on mix.lsoa21_code = alone.lsoa21_code and mix.kind = 'age'
    left join age_factor on age_factor.category = mix.category
    group by alone.lsoa21_code, alone.sex, alone.deprivation
),
disability_factor as (
    select mix.category,
        max(mix.ratio) * sum(mix.adults)
        / sum(mix.adults * with_age.sex * with_age.deprivation * with_age.age) as factor
    from mix
    join with_age on with_age.lsoa21_code = mix.lsoa21_code
    where mix.kind = 'disability'
    group by mix.category
),
with_disability as (
    select with_age.lsoa21_code, with_age.sex, with_age.deprivation, with_age.age,
        coalesce(sum(mix.share * disability_factor.factor), 1) as disability
    from with_age
    left join mix on mix.lsoa21_code = with_age.lsoa21_code and mix.kind = 'disability'
    left join disability_factor on disability_factor.category = mix.category
    group by with_age.lsoa21_code, with_age.sex, with_age.deprivation, with_age.age
),
ethnic_factor as (
    select mix.category,
        max(mix.ratio) * sum(mix.adults)
        / sum(
            mix.adults * before.sex * before.deprivation * before.age * before.disability
        ) as factor
    from mix
    join with_disability before on before.lsoa21_code = mix.lsoa21_code
    where mix.kind = 'ethnic_group'
    group by mix.category
),
with_ethnic as (
    select before.lsoa21_code, before.sex, before.age, before.disability,
        coalesce(sum(mix.share * ethnic_factor.factor), 1) as ethnic_group
    from with_disability before
    left join mix on mix.lsoa21_code = before.lsoa21_code and mix.kind = 'ethnic_group'
    left join ethnic_factor on ethnic_factor.category = mix.category
    group by before.lsoa21_code, before.sex, before.age, before.disability
),
deprivation_factor as (
    select mix.category,
        max(mix.ratio) * sum(mix.adults)
        / sum(
            mix.adults * before.sex * before.age * before.disability * before.ethnic_group
        ) as factor
    from mix
    join with_ethnic before on before.lsoa21_code = mix.lsoa21_code
    where mix.kind = 'deprivation'
    group by mix.category
),
fitted as (
    -- Everything but age and sex, which differ within a neighbourhood.
    select before.lsoa21_code,
        before.disability * before.ethnic_group
        * coalesce(deprivation_factor.factor, 1) as place
    from with_ethnic before
    left join decile_name on decile_name.lsoa21_code = before.lsoa21_code
    left join deprivation_factor on deprivation_factor.category = decile_name.category
)

select adult.lsoa21_code, adult.sex, adult.age_band, sum(adult.adults) as adults,
    sum(
        adult.adults * fitted.place
        * coalesce(age_factor.factor, 1) * coalesce(by_sex_ratio.ratio, 1)
    ) as fitted,
    sum(adult.adults * alone.deprivation) as by_deprivation,
    sum(
        adult.adults * coalesce(by_age_ratio.ratio, 1) * coalesce(by_sex_ratio.ratio, 1)
    ) as by_age_and_sex,
    sum(
        adult.adults * coalesce(by_age_ratio.ratio, 1) * coalesce(by_sex_ratio.ratio, 1)
        * alone.deprivation * alone.ethnic_group * alone.disability
    ) as multiplied
from adult
join alone on alone.lsoa21_code = adult.lsoa21_code
join fitted on fitted.lsoa21_code = adult.lsoa21_code
left join age_factor on age_factor.category = adult.survey_band
left join ratio by_age_ratio on by_age_ratio.kind = 'age'
    and by_age_ratio.category = adult.survey_band
left join ratio by_sex_ratio on by_sex_ratio.kind = 'sex' and by_sex_ratio.category = adult.sex
group by adult.lsoa21_code, adult.sex, adult.age_band
