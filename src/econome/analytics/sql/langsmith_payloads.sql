-- What were these runs given, and what did they give?
--
-- workspace  whose runs
-- times, ids their keys, as a page of runs gave them
--
-- One row per piece, posts first, in the order in which they came: a later one beats an earlier.
select
    id,
    toString(piece) as part,
    inputs, outputs, events, extra, serialized, error
from payloads final
where workspace = {workspace:UUID}
  and key_time in {times:Array(DateTime64(6))}
  and id in {ids:Array(UUID)}
order by id, piece, version
