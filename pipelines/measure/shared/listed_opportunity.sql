-- Every opportunity that a feed or a provider's list holds, with its activity as the activity list names it, the group of that activity, and a band of its price.
with
-- An activity lies in a broader one, and that in another: the outermost gives the group. Where a
-- concept has two broader ones, the first that is named counts.
concept as (
    select concept_id, name, other_names,
        case
            when instr(broader_ids, '|') > 0
                then substring(broader_ids, 1, instr(broader_ids, '|') - 1)
            else broader_ids
        end as broader_id
    from activity_concept
),
grouped as (
    select concept.concept_id, concept.name as activity,
        coalesce(up_four.name, up_three.name, up_two.name, up_one.name, concept.name)
            as activity_group
    from concept
    left join concept up_one on up_one.concept_id = concept.broader_id
    left join concept up_two on up_two.concept_id = up_one.broader_id
    left join concept up_three on up_three.concept_id = up_two.broader_id
    left join concept up_four on up_four.concept_id = up_three.broader_id
),
-- A concept that is given counts as it is; a name is looked up only where none is given.
named as (
    select placed_opportunity.provider, placed_opportunity.opportunity_kind,
        placed_opportunity.opportunity_id,
        min(
            case
                when lower(concept.name) = lower(trim(placed_opportunity.activity_label))
                    then concept.concept_id
            end
        ) as by_name,
        min(concept.concept_id) as by_other_name
    from placed_opportunity
    join concept on lower(concept.name) = lower(trim(placed_opportunity.activity_label))
        or instr(
            '|' || lower(concept.other_names) || '|',
            '|' || lower(trim(placed_opportunity.activity_label)) || '|'
        ) > 0
    where placed_opportunity.activity_id is null
        and placed_opportunity.activity_label is not null
    group by placed_opportunity.provider, placed_opportunity.opportunity_kind,
        placed_opportunity.opportunity_id
)
select placed_opportunity.*,
    coalesce(grouped.activity, 'unknown') as activity,
    coalesce(grouped.activity_group, 'unknown') as activity_group,
    case
        when placed_opportunity.price is null then 'unknown'
        when placed_opportunity.price = 0 then 'free'
        when placed_opportunity.price < 3 then 'under 3 pounds'
        when placed_opportunity.price < 6 then '3 to 5.99 pounds'
        else '6 pounds and more'
    end as cost_band,
    coalesce(placed_opportunity.access_criteria, 'unknown') as access,
    coalesce(placed_opportunity.staff_qualification, 'unknown') as staff,
    coalesce(placed_opportunity.accessibility, 'unknown') as support,
    coalesce(placed_opportunity.lsoa21_code, '') || '|'
        || lower(trim(coalesce(placed_opportunity.site_name, ''))) as site_key
from placed_opportunity
left join named on named.provider = placed_opportunity.provider
    and named.opportunity_kind = placed_opportunity.opportunity_kind
    and named.opportunity_id = placed_opportunity.opportunity_id
left join grouped on grouped.concept_id
    = coalesce(placed_opportunity.activity_id, named.by_name, named.by_other_name)
