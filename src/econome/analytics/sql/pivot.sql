-- What did each pair of values of two dimensions come to, and each value of either, and all?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column whose values are the rows; of an array, each element is a value
-- second        column whose values are the columns
-- rows, columns  the values that have a row or a column of their own; the rest share one
-- latency_of    calls or traces: whose latency it is
--
-- A row, or a column, is the place of its value, from 1; 0 is what the others share, and -1 the sum of all. A run
-- stands once in each sum that it belongs to, however many values it has.
select
    row,
    column,
    countIf(counted)                                     as calls,
    sumIf(input_tokens, billed)                          as input_tokens,
    sumIf(output_tokens, billed)                         as output_tokens,
    sumIf(cost, billed)                                  as cost,
    countIf(billed and usage_source not in ('unknown', '') and cost is not null) as priced_calls,
    countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
    countIf(counted and usage_source = 'reported')       as reported_calls,
    countIf(counted and usage_source = 'counted')        as counted_calls,
    countIf(counted and usage_source = 'estimated')      as estimated_calls,
    countIf(counted and usage_source in ('unknown', '')) as unknown_calls,
    countIf(counted and status = 'pending')              as settling_calls,
    countIf(counted and is_marked)                       as marked_calls,
    countIf(counted and status = 'error')                as failed_calls,
    quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        if({latency_of:String} = 'calls', counted, parent_id is null) and ended_at is not null
    ) as latency
from (
    select
        arrayJoin(arrayPushFront(arrayDistinct(arrayMap(
            x -> toInt16(indexOf({rows:Array(String)}, toString(x))), emptyArrayToSingle(flatten([{dimension:Identifier}]))
        )), -1)) as row,
        arrayJoin(arrayPushFront(arrayDistinct(arrayMap(
            x -> toInt16(indexOf({columns:Array(String)}, toString(x))), emptyArrayToSingle(flatten([{second:Identifier}]))
        )), -1)) as column,
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
      and (counted or parent_id is null)
)
group by row, column
settings prefer_column_name_to_alias = 1
