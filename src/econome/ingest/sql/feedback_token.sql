-- For what does this token let its bearer give feedback?
--
-- token  its id, which is all that the bearer says
select id, workspace, run_id, key, feedback_id, config, created_at, expires_at
from feedback_tokens final
where id = {token:UUID}
limit 1
