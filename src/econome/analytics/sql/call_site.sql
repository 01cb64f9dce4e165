-- Where in its app does a call stand?
--
-- workspace  whose run
-- key_time, run  its key
select call_site
from runs final
where workspace = {workspace:UUID} and key_time = {key_time:DateTime64(6)} and id = {run:UUID}
limit 1
