-- Which calls come next that were stored before anybody looked where they were made, and with which prompt?
--
-- done_workspace, done_key, done_id  behind this key
-- limit                              how many
select workspace, key_time, id
from runs final
where call_site = ''
  and (counted or kind in ('llm', 'embedding'))
  and (workspace, key_time, id) > ({done_workspace:UUID}, {done_key:DateTime64(6)}, {done_id:UUID})
order by workspace, key_time, id
limit {limit:UInt32}
