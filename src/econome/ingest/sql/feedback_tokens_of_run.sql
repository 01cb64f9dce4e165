-- Which tokens were given for feedback on a run, the latest first?
--
-- workspace  whose run
-- run        its id
-- limit, offset  which page
select id, workspace, run_id, key, feedback_id, config, created_at, expires_at
from feedback_tokens final
where workspace = {workspace:UUID}
  and run_id = {run:UUID}
order by created_at desc, id
limit {limit:UInt32} offset {offset:UInt32}
