-- Which values does a key of the metadata have, and how many runs have each?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- key           of the metadata
-- limit         how many of the most frequent
select
    concat('metadata.', {key:String}) as dimension,
    if(mapContains(metadata, {key:String}), metadata[{key:String}], inherited_metadata[{key:String}]) as value,
    count()                           as runs
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
