-- What were some runs given, and what did they give?
--
-- workspace  whose runs
-- after_time, after_id  the key before the first of them
-- last_time, last_id    the key of the last
-- ids        which of the runs between
--
-- One row per piece. Of a run posts come first, in the order in which they came: a later one beats an earlier.
select
    id,
    toString(piece) as piece,
    inputs, outputs, events, extra, serialized, error
from payloads final
where workspace = {workspace:UUID}
  and key_time >= {after_time:DateTime64(6)} and key_time <= {last_time:DateTime64(6)}
  and (key_time, id) > ({after_time:DateTime64(6)}, {after_id:UUID})
  and (key_time, id) <= ({last_time:DateTime64(6)}, {last_id:UUID})
  and id in {ids:Array(UUID)}
order by key_time, id, piece, version
settings prefer_column_name_to_alias = 1
