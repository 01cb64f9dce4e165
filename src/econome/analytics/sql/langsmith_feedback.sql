-- What was said about runs and projects, newest first?
--
-- workspace  whose feedback
-- projects   about these projects, or runs in them; empty: about any
-- ids        only these; empty: any
-- runs       about these runs; empty: about any
-- keys       under these keys; empty: under any
-- sources    by these: api, model, app; empty: by any
-- has_score, has_comment  whether it must have one; null: no matter
-- limit, offset  which page
select
    id, run_id, trace_id, project, key, score, value, comment, correction, source, extra,
    created_at, modified_at, version
from feedback final
where workspace = {workspace:UUID}
  and (empty({projects:Array(UUID)})
       or (run_id is null and has({projects:Array(UUID)}, assumeNotNull(project)))
       or run_id in (select id from runs final
                     where workspace = {workspace:UUID} and has({projects:Array(UUID)}, project)))
  and (empty({ids:Array(UUID)}) or id in {ids:Array(UUID)})
  and (empty({runs:Array(UUID)}) or run_id in {runs:Array(UUID)})
  and (empty({keys:Array(String)}) or has({keys:Array(String)}, key))
  and (empty({sources:Array(String)}) or has({sources:Array(String)}, JSONExtractString(source, 'type')))
  and ({has_score:Nullable(Bool)} is null or {has_score:Nullable(Bool)} = (score is not null))
  and ({has_comment:Nullable(Bool)} is null or {has_comment:Nullable(Bool)} = (comment != ''))
order by created_at desc, id
limit {limit:UInt32} offset {offset:UInt32}
