-- What was one run given, and what did it give?
--
-- workspace  whose run
-- key_time, run  its key
--
-- One row per piece, posts first, in the order in which they came: a later one beats an earlier.
select
    toString(piece) as piece,
    inputs, outputs, events, extra, serialized, error
from payloads final
where workspace = {workspace:UUID} and key_time = {key_time:DateTime64(6)} and id = {run:UUID}
order by piece, version
settings prefer_column_name_to_alias = 1
