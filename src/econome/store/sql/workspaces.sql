-- Which workspaces are there?
--
-- (no parameters)
select
    id,
    name
from workspaces final
order by created_at, id
