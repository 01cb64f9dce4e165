-- What did these users cost in each bucket of time?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- users         their names
-- starts        when each bucket of time starts, in seconds since 1970, ascending
select
    effective_user as who,
    roundDown(toUnixTimestamp64Second(started_at), {starts:Array(Int64)}) as start,
    sumIf(cost, billed) as spent
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and effective_user in {users:Array(String)}
  and /* filter */ 1
group by who, start
settings prefer_column_name_to_alias = 1
