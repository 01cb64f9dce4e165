-- Which files came with one run?
--
-- workspace  whose run
-- key_time, run  its key; a file that came before its run has none
select name, mime, length(content) as size
from attachments final
where workspace = {workspace:UUID} and key_time in ({key_time:DateTime64(6)}, toDateTime64(0, 6, 'UTC')) and run_id = {run:UUID}
order by name
