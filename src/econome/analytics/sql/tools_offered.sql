-- Which toolsets were the calls of a scope offered, and how often?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- limit         how many, those offered most
select
    toString(toolset) as toolset,
    count()           as calls
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and counted
  and toolset != 0
  and /* filter */ 1
group by runs.toolset
order by calls desc, toolset
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
