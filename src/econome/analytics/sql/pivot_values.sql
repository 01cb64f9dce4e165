-- Which values of a dimension have most of a measure?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- measure       cost, tokens, calls or failed_calls
-- limit         how many values
--
-- Values without any call, such as the names of chains, are none.
select
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as value,
    count(value) over () as values
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
group by value
having countIf(counted) > 0
order by
    multiIf(
        {measure:String} = 'calls', countIf(counted),
        {measure:String} = 'failed_calls', countIf(counted and status = 'error'),
        {measure:String} = 'tokens', sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), billed),
        0
    ) desc,
    sumIf(cost, billed) desc nulls last,
    countIf(counted) desc,
    value
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
