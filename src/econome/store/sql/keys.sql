-- Which API keys are there, in every workspace?
--
-- (no parameters: a request's key is what tells its workspace)
select
    id,
    workspace,
    name,
    role,
    projects,
    hash,
    hint,
    created_at,
    version
from keys final
order by created_at, id
