-- How many traces are in a conversation and in none, told apart by whatever runs a filter keeps?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
select
    uniqExactIf(trace_id, effective_session != '') as turns,
    uniqExactIf(trace_id, effective_session = '')  as traces_in_none
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
settings prefer_column_name_to_alias = 1
