-- Which values do most of these runs have?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- attribute     name, run_type, tag or metadata
-- path          which key of metadata
-- limit         how many values
select
    arrayJoin(multiIf(
        {attribute:String} = 'name', [toString(name)],
        {attribute:String} = 'run_type', [toString(kind)],
        {attribute:String} = 'tag', arrayMap(t -> toString(t), effective_tags),
        mapContains(effective_metadata, {path:String}), [effective_metadata[{path:String}]],
        []
    ))      as value,
    count() as runs
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
group by value
order by runs desc, value
limit {limit:UInt32}
