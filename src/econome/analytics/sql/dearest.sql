-- Which values of one dimension cost most?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- limit         how many of the dearest
--
-- The narrow part of spend_by, which is then asked about these values alone. Runs that call no model and
-- have no value, as a chain has no model, make no row.
select
    countIf(counted)       as calls,
    sumIf(cost, billed)    as spent,
    sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), billed) as tokens,
    count()                as runs,
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as value,
    count(value) over ()   as values
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
group by value
having calls > 0 or value != ''
order by spent desc nulls last, tokens desc, runs desc, value
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
