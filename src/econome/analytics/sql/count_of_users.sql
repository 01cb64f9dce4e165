-- How many users are there, and how many traces are theirs and nobody's?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- by_trace      whether traces are told apart by all their runs; else 0 stands for their number
select
    uniqExactIf(effective_user, effective_user != '') as users,
    uniqExactIf(trace_id, {by_trace:Bool}) as traces,
    uniqExactIf(trace_id, {by_trace:Bool} and effective_user = '') as traces_of_nobody
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
settings prefer_column_name_to_alias = 1
