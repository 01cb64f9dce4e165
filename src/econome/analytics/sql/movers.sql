-- Which values of one dimension, apart by another, changed most between two spans?
--
-- workspace     whose runs
-- since, until  both spans lie in this half-open one
-- before_until  where the earlier span ends
-- now_since     where the later span starts
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- second        another such column; workspace: none
-- unit          cost or tokens: what is to change
-- limit         how many that can be compared, and how many that cannot
--
-- A call without a price has not cost nothing. Who made calls in a span, and none of them priced, cannot
-- be compared; who made no calls has spent nothing.
select
    value,
    within,
    comparable,
    count() over (partition by comparable) as values
from (
    select
        value,
        within,
        (countIf(is_now) = 0 or countIf(is_now and is_known) > 0)
            and (countIf(not is_now) = 0 or countIf(not is_now and is_known) > 0) as comparable,
        abs(sumIf(amount, is_now and is_known) - sumIf(amount, not is_now and is_known)) as change,
        count() as calls
    from (
        select
            toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as value,
            toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{second:Identifier}]))))) as within,
            started_at >= {now_since:DateTime64(6)} as is_now,
            billed and if(
                {unit:String} = 'cost', cost is not null, input_tokens is not null or output_tokens is not null
            ) as is_known,
            if(
                {unit:String} = 'cost',
                ifNull(cost, 0),
                toDecimal128(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), 18)
            ) as amount
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
               or key_time = toDateTime64(0, 6, 'UTC'))
          and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and (started_at < {before_until:DateTime64(6)} or started_at >= {now_since:DateTime64(6)})
          and counted
          and /* filter */ 1
        settings prefer_column_name_to_alias = 1
    )
    group by value, within
)
order by comparable desc, change desc, calls desc, value, within
limit {limit:UInt32} by comparable
