-- Which values does one dimension have, and how many runs have each?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to look into; of an array, each element is a value
-- limit         how many of the most frequent
select
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as value,
    count() as runs
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
group by value
having value != ''
order by runs desc, value
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
