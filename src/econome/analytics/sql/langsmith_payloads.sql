-- What were these runs given, and what did they give?
--
-- workspace  whose runs
-- times, ids their keys, as a page of runs gave them
--
-- At most two rows for each: the two pieces that a run arrives in.
select
    id,
    toString(piece) as part,
    inputs, outputs, events, extra, serialized, error
from payloads final
where workspace = {workspace:UUID}
  and key_time in {times:Array(DateTime64(6))}
  and id in {ids:Array(UUID)}
