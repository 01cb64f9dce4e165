-- Which file has this id in its name?
--
-- workspace  whose file
-- projects   of runs in these projects; empty: in any
-- media      the id, which stands in the name
select run_id, name, mime, length(content) as size, version
from attachments final
where workspace = {workspace:UUID}
  and position(name, {media:String}) > 0
  and (empty({projects:Array(UUID)})
       or run_id in (select id from runs final
                     where workspace = {workspace:UUID} and has({projects:Array(UUID)}, project)))
order by version desc
limit 1
