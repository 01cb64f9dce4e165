-- Which files came with these runs?
--
-- workspace  whose runs
-- times, ids their keys, as a page of runs gave them; a file that came before its run has no time
select run_id, name, mime
from attachments final
where workspace = {workspace:UUID}
  and (key_time in {times:Array(DateTime64(6))} or key_time = toDateTime64(0, 6, 'UTC'))
  and run_id in {ids:Array(UUID)}
order by run_id, name
