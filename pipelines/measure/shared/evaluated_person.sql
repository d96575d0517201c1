-- Who a protocol compares: starters and comparators with what was known of them, and the active minutes that were recorded of each in the protocol's two windows around their index day.
with
-- Records of one person at a referral platform, with the protocols that they answer.
referred as (
    select protocol.*, person.person_key, person.sex, person.birth_year, person.lsoa21_code,
        person_referral.provider as referral_provider, person_referral.referral_key,
        person_referral.programme as own_programme, person_referral.condition as own_condition,
        person_referral.referred_on, person_referral.started_on
    from protocol
    join person_referral on protocol.condition in ('all', person_referral.condition)
        and protocol.site in ('all', person_referral.provider)
    join person on person.provider = person_referral.provider
        and person.member_key = person_referral.member_key
    where person_referral.programme = protocol.programme
        or protocol.comparison = 'stepped_by_site'
),
started as (
    select *
    from referred
    where own_programme = programme and started_on is not null
        and (opened_on is null or started_on >= opened_on)
),

-- A comparator's index day is the referral plus the starters' median wait, wherever they live.
wait as (
    select protocol, date_diff('day', referred_on, started_on) as days,
        row_number() over (
            partition by protocol
            order by date_diff('day', referred_on, started_on), referral_provider, referral_key
        ) as place,
        count(*) over (partition by protocol) as starters
    from started
),
median_wait as (
    select protocol, min(days) as days
    from wait
    where 2 * place >= starters
    group by protocol
),
candidate as (
    select started.*, 'starter' as arm, started_on as anchored_on, 0 as shift
    from started
    union all
    select referred.*, 'comparator', referred.referred_on, median_wait.days
    from referred
    join median_wait on median_wait.protocol = referred.protocol
    where referred.started_on is null and referred.comparison = 'referred_not_started'
    union all
    select referred.*, 'comparator', referred.referred_on, median_wait.days
    from referred
    join median_wait on median_wait.protocol = referred.protocol
    where referred.comparison = 'stepped_by_site'
        and date_diff('day', referred.referred_on, referred.opened_on)
            > median_wait.days + referred.follow_up_to
),
chosen as (
    -- A person counts once, and whoever started is no comparator.
    select candidate.*,
        row_number() over (
            partition by protocol, person_key
            order by case arm when 'starter' then 1 else 2 end, anchored_on, referral_provider,
                referral_key, programme, condition
        ) as preference
    from candidate
),
recruited as (
    select *
    from chosen
    where preference = 1
        and date_diff('day', recruited_from, anchored_on) + shift >= 0
        and date_diff('day', anchored_on, recruited_to) >= shift
        and recruited_year - birth_year >= 19
),

-- Where somebody's visits can be seen: members of providers that deliver attendance, whose consent
-- covers both windows. Of everybody else nothing could be recorded, whatever they did.
leisure as (
    select distinct provider from agreed_file where table_name = 'attendance'
),
membership as (
    select distinct recruited.protocol, recruited.person_key, person.provider, person.member_key
    from recruited
    join person on person.person_key = recruited.person_key
    join leisure on leisure.provider = person.provider
    join consent_period on consent_period.provider = person.provider
        and consent_period.member_key = person.member_key
    join use_of_data on use_of_data.purpose = consent_period.purpose
    where person.person_kind = 'member'
        and date_diff('day', recruited.anchored_on, consent_period.consented_from)
            <= recruited.shift + recruited.baseline_from
        and (
            consent_period.consented_until is null
            or date_diff('day', recruited.anchored_on, consent_period.consented_until)
                >= recruited.shift + recruited.follow_up_to
        )
),
seen as (
    select distinct protocol, person_key from membership
),

-- How long a stay at each activity usually is, as in member_activity but over all days.
stay as (
    select activity, minutes,
        sum(visits) over (partition by activity order by minutes) as stays_so_far,
        sum(visits) over (partition by activity) as stays
    from person_activity
    where minutes_source = 'measured' and activity <> 'unknown'
        and exists (select 1 from protocol)
),
usual_stay as (
    select activity,
        min(case when 2 * stays_so_far >= stays then minutes end) as median_minutes,
        min(case when 20 * stays_so_far >= 19 * stays then minutes end) as most_minutes
    from stay
    where stays >= 20
    group by activity
),
visit as (
    select recruited.protocol, recruited.person_key, person_activity.intensity,
        person_activity.visits, recruited.baseline_from, recruited.baseline_to,
        recruited.follow_up_from, recruited.follow_up_to,
        date_diff('day', recruited.anchored_on, person_activity.attended_on)
            - recruited.shift as day,
        case
            when person_activity.minutes_source = 'none' then usual_stay.median_minutes
            when person_activity.minutes_source = 'measured'
                and person_activity.minutes > usual_stay.most_minutes then usual_stay.most_minutes
            else person_activity.minutes
        end as minutes
    from recruited
    join membership on membership.protocol = recruited.protocol
        and membership.person_key = recruited.person_key
    join person_activity on person_activity.provider = membership.provider
        and person_activity.member_key = membership.member_key
    left join usual_stay on usual_stay.activity = person_activity.activity
),
counted_visit as (
    -- In hundredths of a minute, whose sums are exact. Vigorous minutes count double; light activity
    -- and less than ten minutes at a time do not.
    select visit.*,
        visits * case
            when minutes is null or minutes < 10 then 0
            when intensity = 'vigorous' then 2 * floor(minutes * 100 + 0.5)
            when intensity = 'moderate' then floor(minutes * 100 + 0.5)
            else 0
        end as hundredths
    from visit
),
minutes as (
    select protocol, person_key,
        sum(case when day between baseline_from and baseline_to then hundredths else 0 end)
            as before_hundredths,
        sum(case when day between follow_up_from and follow_up_to then hundredths else 0 end)
            as after_hundredths
    from counted_visit
    group by protocol, person_key
)
select recruited.protocol, recruited.arm, recruited.lsoa21_code, recruited.anchored_on,
    recruited.shift + recruited.follow_up_to as days_to_end, recruited.sex,
    recruited.own_condition as condition,
    case
        when recruited.recruited_year - recruited.birth_year < 35 then '19-34'
        when recruited.recruited_year - recruited.birth_year < 50 then '35-49'
        when recruited.recruited_year - recruited.birth_year < 65 then '50-64'
        else '65+'
    end as age_band,
    coalesce(minutes.before_hundredths, 0) / 100
        / ((recruited.baseline_to - recruited.baseline_from + 1) / 7.0) as minutes_before,
    coalesce(minutes.after_hundredths, 0) / 100
        / ((recruited.follow_up_to - recruited.follow_up_from + 1) / 7.0) as minutes_after
from recruited
join seen on seen.protocol = recruited.protocol and seen.person_key = recruited.person_key
left join minutes on minutes.protocol = recruited.protocol
    and minutes.person_key = recruited.person_key
