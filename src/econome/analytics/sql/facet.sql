-- Which values does one dimension have, and how many runs have each?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     the column; of an array, each element is a value
-- part          what the values are to have in them, in capitals or not; empty: anything
-- limit         how many of the most frequent
--
-- `others` is how many more values there are.
select
    toString(arrayJoin(arrayDistinct(flatten([{dimension:Identifier}])))) as value,
    count() as runs,
    greatest(count(value) over (), {limit:UInt32}) - {limit:UInt32} as others
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
group by value
having value != '' and positionCaseInsensitiveUTF8(value, {part:String}) > 0
order by runs desc, value
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
