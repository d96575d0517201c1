-- One row for each consented person whose home is in one of the ICBs: what became of them in the period, still exact.
with
in_icb as (
    select area_code as lsoa21_code
    from geography
    where area_type = 'lsoa21' and parent_type = 'icb'
        and parent_code in (select unnest($icb_codes))
        and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
    group by area_code
),
fifth as (
    select area_code as lsoa21_code, cast((decile + 1) // 2 as varchar) as fifth
    from deprivation
    where index_version = 'imd2025'
),
member as (
    select provider, member_key, person_key, sex, birth_year, lsoa21_code
    from person
    where provider in (select unnest($providers))
),
-- Of several records of one person, the most complete; then the first by provider and key.
home as (
    select * from (
        select member.*, row_number() over (
            partition by person_key
            order by lsoa21_code is null, birth_year is null, provider, member_key
        ) as preference
        from member
    ) as preferred
    where preference = 1
),
visit as (
    select member.person_key, sum(person_day.visits) as visits,
        min(person_day.attended_on) as first_on
    from person_day
    join member on member.provider = person_day.provider
        and member.member_key = person_day.member_key
    where person_day.attended_on between $period_start and $period_end
    group by member.person_key
),
programme as (
    select member.person_key,
        max(case
            when person_referral.completed_on <= $period_end then 3
            when person_referral.started_on <= $period_end then 2
            else 1
        end) as step,
        min(case
            when person_referral.started_on between $period_start and $period_end
                then person_referral.started_on
        end) as first_on
    from person_referral
    join member on member.provider = person_referral.provider
        and member.member_key = person_referral.member_key
    where person_referral.referred_on between $period_start and $period_end
    group by member.person_key
)
select home.person_key,
    year($period_end) - home.birth_year as age_band,
    case home.sex when '1' then 'male' when '2' then 'female' else 'unknown' end as sex,
    home.lsoa21_code as area_code,
    fifth.fifth as deprivation_fifth,
    cast(coalesce(visit.visits, 0) as bigint) as visits,
    least(visit.first_on, programme.first_on) as first_active_in,
    case programme.step when 3 then 'completed' when 2 then 'started' when 1 then 'referred'
        else 'none' end as programme_status
from home
join in_icb on in_icb.lsoa21_code = home.lsoa21_code
left join fifth on fifth.lsoa21_code = home.lsoa21_code
left join visit on visit.person_key = home.person_key
left join programme on programme.person_key = home.person_key
order by home.person_key
