-- How did calls, tokens, cost and speed change over time?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to split by; of an array, each element is a value
-- values        the values that get a series of their own; the rest share one, whose value is null
-- latency_of    calls or traces: whose latency it is
-- starts        when each bucket of time starts, in seconds since 1970, ascending
select
    value,
    roundDown(toUnixTimestamp64Second(started_at), {starts:Array(Int64)}) as start,
    count()                                            as runs,
    countIf(counted)                                   as calls,
    countIf(parent_id is null and status = 'error')    as errors,
    sumIf(input_tokens, billed)                        as input_tokens,
    sumIf(output_tokens, billed)                       as output_tokens,
    sumIf(cost, billed)                                as cost,
    countIf(billed and cost is not null)               as priced_calls,
    countIf(billed and (input_tokens is not null or output_tokens is not null)) as known_calls,
    countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
    countIf(counted and usage_source = 'reported')     as reported_calls,
    countIf(counted and usage_source = 'counted')      as counted_calls,
    countIf(counted and not billed)                    as estimated_calls,
    countIf(counted and usage_source in ('unknown', '')) as unknown_calls,
    countIf(counted and status = 'pending')            as settling_calls,
    countIf(counted and is_marked)                     as marked_calls,
    sumIf(cost, counted and not billed)                as estimated_cost,
    quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        if({latency_of:String} = 'calls', counted, parent_id is null) and ended_at is not null
    ) as latency
from (
    select
        -- Distinct by sorting and compacting, for arrayDistinct drops nulls.
        arrayJoin(arrayCompact(arraySort(arrayMap(
            x -> if(has({values:Array(String)}, toString(x)), toString(x), null),
            emptyArrayToSingle(flatten([{dimension:Identifier}]))
        )))) as value,
        key_time,
        started_at,
        ended_at,
        parent_id,
        status,
        counted,
        billed,
        usage_source,
        notEmpty(notes) as is_marked,
        input_tokens,
        output_tokens,
        cost
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and /* filter */ 1
)
group by value, start
settings prefer_column_name_to_alias = 1
