-- Where does the next slice of an export end?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- after_time, after_id  the key of the last run of the slice before
-- reach         how many runs the slice may have, less one
--
-- No row: all that remains is less than that. What a filter keeps of a slice is asked of the slice
-- alone, so that a search in texts reads each text once.
select key_time, id
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and key_time >= {after_time:DateTime64(6)}
  and (key_time, id) > ({after_time:DateTime64(6)}, {after_id:UUID})
order by key_time, id
limit 1 offset {reach:UInt32}
