-- Which runs of a slice of an export are asked for, and what did the payload of each weigh?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- after_time, after_id  the key before the slice's first
-- last_time, last_id    the key of its last
select
    key_time,
    id,
    ifNull(size_bytes, 0) as size_bytes
from (
    select key_time, id
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and /* filter */ 1
      and key_time >= {after_time:DateTime64(6)} and key_time <= {last_time:DateTime64(6)}
      and (key_time, id) > ({after_time:DateTime64(6)}, {after_id:UUID})
      and (key_time, id) <= ({last_time:DateTime64(6)}, {last_id:UUID})
) as asked
any left join (
    select
        key_time,
        id,
        toNullable(sum(
            length(inputs) + length(outputs) + length(events) + length(extra) + length(serialized) + length(error)
        )) as size_bytes
    from payloads final
    where workspace = {workspace:UUID}
      and key_time >= {after_time:DateTime64(6)} and key_time <= {last_time:DateTime64(6)}
      and (key_time, id) > ({after_time:DateTime64(6)}, {after_id:UUID})
      and (key_time, id) <= ({last_time:DateTime64(6)}, {last_id:UUID})
    group by key_time, id
) as weighed using (key_time, id)
order by key_time, id
