-- The headline indicators month by month: people with a recorded visit and their visits, people referred, those of them who started within twelve weeks, and people who started or completed in the month.
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
resident as (
    select person.provider, person.member_key, person.person_key, person.person_kind
    from person
    join in_icb on in_icb.lsoa21_code = person.lsoa21_code
),

-- Which providers delivered anything of a month, wherever people live: a month of which nobody
-- delivered has no row, and one of which fewer delivered is not compared with the others.
expected as (
    select table_name, count(distinct provider) as providers_expected
    from agreed_file
    where table_name in ('attendance', 'referral')
    group by table_name
),
visit_month as (
    select strftime(person_day.attended_on, '%Y-%m') as month,
        count(distinct person_day.provider) as providers_reporting
    from person_day
    join agreed_file on agreed_file.provider = person_day.provider
        and agreed_file.table_name = 'attendance'
    where person_day.attended_on between $first_month_from and $last_month_to
    group by strftime(person_day.attended_on, '%Y-%m')
),
referral_month as (
    select strftime(person_referral.referred_on, '%Y-%m') as month,
        count(distinct person_referral.provider) as providers_reporting
    from person_referral
    join agreed_file on agreed_file.provider = person_referral.provider
        and agreed_file.table_name = 'referral'
    where person_referral.referred_on between $first_month_from and $last_month_to
    group by strftime(person_referral.referred_on, '%Y-%m')
),

started_month as (
    select strftime(person_referral.started_on, '%Y-%m') as month,
        count(distinct person_referral.provider) as providers_reporting
    from person_referral
    join agreed_file on agreed_file.provider = person_referral.provider
        and agreed_file.table_name = 'referral'
    where person_referral.started_on between $first_month_from and $last_month_to
    group by strftime(person_referral.started_on, '%Y-%m')
),
completed_month as (
    select strftime(person_referral.completed_on, '%Y-%m') as month,
        count(distinct person_referral.provider) as providers_reporting
    from person_referral
    join agreed_file on agreed_file.provider = person_referral.provider
        and agreed_file.table_name = 'referral'
    where person_referral.completed_on between $first_month_from and $last_month_to
    group by strftime(person_referral.completed_on, '%Y-%m')
),

-- Visits of each person in a month: a person counts once a month, also with two memberships.
visitor as (
    select resident.person_key, strftime(person_day.attended_on, '%Y-%m') as month,
        sum(person_day.visits) as visits
    from person_day
    join resident on resident.provider = person_day.provider
        and resident.member_key = person_day.member_key
    where person_day.attended_on between $first_month_from and $last_month_to
        and resident.person_kind = 'member'
    group by resident.person_key, strftime(person_day.attended_on, '%Y-%m')
),
ranked_visitor as (
    -- Who moves a sum most, so that no mean says what one person did.
    select visitor.*,
        row_number() over (partition by month order by visits desc, person_key) as size_rank
    from visitor
),
visitors as (
    select month, count(*) as people, sum(visits) as visits, sum(visits * visits) as squares,
        max(visits) as largest, max(case when size_rank = 2 then visits end) as second_largest
    from ranked_visitor
    group by month
),

-- People by the month of a referral, and of them those who started within 84 days. A month is
-- judged when its last day lies 84 days back, so that every month had the same time.
referral as (
    select resident.person_key, person_referral.referred_on, person_referral.started_on,
        person_referral.completed_on,
        strftime(person_referral.referred_on, '%Y-%m') as referred_in,
        strftime(person_referral.started_on, '%Y-%m') as started_in,
        strftime(person_referral.completed_on, '%Y-%m') as completed_in
    from person_referral
    join resident on resident.provider = person_referral.provider
        and resident.member_key = person_referral.member_key
    where person_referral.referred_on <= $last_month_to
),
referred_person as (
    -- Whoever is referred twice in a month has started when one of the two has.
    select person_key, referred_in as month,
        max(
            case when date_diff('day', referred_on, started_on) <= 84 then 1 else 0 end
        ) as has_started
    from referral
    where referred_on >= $first_month_from
    group by person_key, referred_in
),
referred as (
    select month, count(*) as people, sum(has_started) as started
    from referred_person
    group by month
),
judged_month as (
    -- The months of all referrals, less those with a day of referral in the last 84 days.
    select month, providers_reporting
    from referral_month
    where month < strftime($last_judged_before, '%Y-%m')
),
starters as (
    select started_in as month, count(distinct person_key) as people
    from referral
    where started_on between $first_month_from and $last_month_to
    group by started_in
),
completers as (
    select completed_in as month, count(distinct person_key) as people
    from referral
    where completed_on between $first_month_from and $last_month_to
    group by completed_in
),

figure as (
    select 'members_with_a_visit' as indicator_id, 'attendance' as table_name,
        visit_month.month, visit_month.providers_reporting,
        coalesce(visitors.people, 0) as count, null as denominator, null as total,
        null as total_squares, null as largest, null as second_largest
    from visit_month
    left join visitors on visitors.month = visit_month.month
    union all
    select 'visits_per_visiting_member', 'attendance', visit_month.month,
        visit_month.providers_reporting, coalesce(visitors.people, 0), null, visitors.visits,
        visitors.squares, visitors.largest, visitors.second_largest
    from visit_month
    left join visitors on visitors.month = visit_month.month
    union all
    select 'people_referred', 'referral', referral_month.month,
        referral_month.providers_reporting, coalesce(referred.people, 0), null, null, null, null,
        null
    from referral_month
    left join referred on referred.month = referral_month.month
    union all
    select 'started_within_12_weeks', 'referral', judged_month.month,
        judged_month.providers_reporting, coalesce(referred.started, 0),
        coalesce(referred.people, 0), null, null, null, null
    from judged_month
    left join referred on referred.month = judged_month.month
    union all
    select 'people_who_started', 'referral', started_month.month,
        started_month.providers_reporting, coalesce(starters.people, 0), null, null, null, null,
        null
    from started_month
    left join starters on starters.month = started_month.month
    union all
    select 'people_who_completed', 'referral', completed_month.month,
        completed_month.providers_reporting, coalesce(completers.people, 0), null, null, null,
        null, null
    from completed_month
    left join completers on completers.month = completed_month.month
)
select figure.indicator_id, icb.icb_code as area_code, icb.icb_ods_code as area_ods_code,
    icb.icb_name as area_name, 'icb' as area_type, $icb_code as parent_area_code,
    figure.month || '-01' as period_start,
    figure.month || case
        when substr(figure.month, 6, 2) in ('04', '06', '09', '11') then '-30'
        when substr(figure.month, 6, 2) <> '02' then '-31'
        when substr(figure.month, 1, 4) in (
            '2024', '2028', '2032', '2036', '2040', '2044', '2048', '2052', '2056', '2060'
        ) then '-29'
        else '-28'
    end as period_end,
    'persons' as sex, 'all' as age_band, 'month' as category_type, figure.month as category,
    figure.count, figure.denominator, figure.total, figure.total_squares,
    figure.total as total_absolute, figure.largest, figure.second_largest,
    figure.providers_reporting, expected.providers_expected
from figure
join expected on expected.table_name = figure.table_name
cross join icb
