-- In how many conversations were these users, and in how many traces?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- users         their names
-- by_trace      whether traces are told apart by all their runs; else 0 stands for their number
select
    effective_user as who,
    uniqExactIf(effective_session, effective_session != '') as sessions,
    uniqExactIf(trace_id, {by_trace:Bool}) as traces
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and effective_user in {users:Array(String)}
  and /* filter */ 1
group by who
settings prefer_column_name_to_alias = 1
