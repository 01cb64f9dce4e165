-- Which files came with one run?
--
-- workspace  whose run
-- key_time, run  its key
select name, mime, length(content) as size
from attachments final
where workspace = {workspace:UUID} and key_time = {key_time:DateTime64(6)} and run_id = {run:UUID}
order by name
