-- Which tools did the answers of a scope call, how often, and in how many calls?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- limit         how many, those called most
select
    tool,
    count()        as times,
    uniqExact(id)  as calls
from (
    select id, arrayJoin(tools_called) as tool
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and counted
      and notEmpty(tools_called)
      and /* filter */ 1
    settings prefer_column_name_to_alias = 1
)
group by tool
order by times desc, tool
limit {limit:UInt32}
