-- How many traces have a run that passes the filter?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any

select count() as runs
from (
    select trace_id
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
    group by trace_id
    having countIf(parent_id is null) > 0 and countIf(/* filter */ 1) > 0
)
