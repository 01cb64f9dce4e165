-- Which calls have one of these models and numbers of tokens sent, as another library may tell them too?
--
-- workspace     whose calls
-- projects      in these
-- models, sent  the models and the numbers, each of any
-- since, until  the half-open span in which their keys lie
--
-- Of each project, model and number as many as are compared, the latest.
select trace_id, id, key_time
from runs final
where workspace = {workspace:UUID}
  and key_time >= {since:DateTime64(6)} and key_time < {until:DateTime64(6)}
  and project in {projects:Array(UUID)}
  and model in {models:Array(String)}
  and input_tokens in {sent:Array(UInt64)}
  and metadata['instrumentation'] != ''
order by project, model, input_tokens, key_time desc, id
limit 512 by project, model, input_tokens
