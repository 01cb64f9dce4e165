-- How many runs has each project, and when did the last one start?
--
-- workspace  whose projects
select
    project,
    count()         as runs,
    max(started_at) as last_run_at
from runs final
where workspace = {workspace:UUID}
group by project
