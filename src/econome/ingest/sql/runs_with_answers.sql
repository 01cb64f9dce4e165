-- Which runs have one of these answers, by the provider's id of it?
--
-- answers       the ids
-- since, until  a window that holds the keys of those that may be of one call
--
-- Old versions of a row are found by the index too, for a run has its answer from its last piece
-- only; the whole key then finds the latest. More than nine of one id and project: it is a constant.
select project, response_id, trace_id, id, key_time
from runs final
where workspace = {workspace:UUID}
  and (key_time, id) in (
      select key_time, id
      from runs
      where workspace = {workspace:UUID}
        and (key_time >= {since:DateTime64(6)} and key_time < {until:DateTime64(6)}
             or key_time = toDateTime64(0, 6, 'UTC'))
        and response_id in {answers:Array(String)}
  )
  and response_id in {answers:Array(String)}
order by project, response_id, key_time, id
limit 9 by project, response_id
