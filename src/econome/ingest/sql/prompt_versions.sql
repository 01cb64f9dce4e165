-- Which versions of prompts are there?
--
-- workspace  whose prompts
-- names      of these; empty: of all
select
    workspace, name, number, type, prompt, config, labels, tags, message, created_at, modified_at, version
from prompts final
where workspace = {workspace:UUID}
  and (empty({names:Array(String)}) or has({names:Array(String)}, name))
order by name, number
