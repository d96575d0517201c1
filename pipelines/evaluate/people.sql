-- The people whom a protocol compares in one ICB, without any key: their arm, what a protocol may adjust for, and their recorded minutes a week before and after. The conditions are those of evaluation.sql.
with
in_icb as (
    select distinct area_code as lsoa21_code
    from geography
    where area_type = 'lsoa21' and parent_type = 'icb' and parent_code = $icb_code
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
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
)
select evaluated_person.protocol, evaluated_person.arm, evaluated_person.age_band,
    coalesce(evaluated_person.sex, 'not known') as sex,
    coalesce(quintile.quintile, 'not known') as deprivation_quintile,
    evaluated_person.condition, evaluated_person.minutes_before, evaluated_person.minutes_after
from evaluated_person
join in_icb on in_icb.lsoa21_code = evaluated_person.lsoa21_code
left join quintile on quintile.lsoa21_code = evaluated_person.lsoa21_code
where date_diff('day', evaluated_person.anchored_on, $period_end)
    >= evaluated_person.days_to_end
order by 1, 2, 3, 4, 5, 6, 7, 8
