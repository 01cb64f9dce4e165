-- What were these calls given, and what did they give, piece by piece, posts first?
--
-- times, ids  the two halves of the keys; a time of one with the id of another is nobody's key
select id, toString(piece) as piece, inputs, outputs, extra
from payloads final
where workspace = {workspace:UUID}
  and key_time in {times:Array(DateTime64(6))}
  and id in {ids:Array(UUID)}
order by id, payloads.piece, version
settings prefer_column_name_to_alias = 1
