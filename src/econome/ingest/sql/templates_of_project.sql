-- Which templates were found in a project, with the wording of each?
--
-- workspace, project  whose
-- limit               how many, those of most calls
select
    workspace, project, prompt, prompt_version, name, is_told, number, system, user, calls, distinct, found_at, version
from templates final
where workspace = {workspace:UUID}
  and project = {project:UUID}
order by calls desc, prompt, number
limit {limit:UInt32}
