-- What is the wording of the versions of a prompt?
--
-- workspace  whose
-- projects   in these projects; empty: in any
-- prompt     its name
-- limit      how many, those of most calls
select project, prompt_version, name, is_told, number, system, user, found_at
from templates final
where workspace = {workspace:UUID}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and prompt = {prompt:String}
order by calls desc, project, number
limit {limit:UInt32}
