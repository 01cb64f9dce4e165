-- Which feedback was given, newest first, and how much is there in all?
--
-- workspace  whose feedback
-- projects   of runs in these projects, of whole traces that have some there, or filed there; empty: any
-- ids        only these; empty: any
-- traces, runs  about these; empty: about any
-- names      under these keys; empty: under any
-- sources    by these: api, model, app; empty: by any
-- sessions, kinds, environments  of these sessions, data types and environments, as the client said; empty: any
-- after, before  when it was given
-- limit, offset  which page
select
    id, run_id, trace_id, project, key, score, value, comment, correction, source, extra,
    created_at, modified_at, version,
    count() over () as total
from feedback final
where workspace = {workspace:UUID}
  and (empty({projects:Array(UUID)})
       or (run_id is null and has({projects:Array(UUID)}, assumeNotNull(project)))
       or run_id in (select id from runs final
                     where workspace = {workspace:UUID} and has({projects:Array(UUID)}, project))
       or ((run_id is null or run_id = trace_id)
           and trace_id in (select trace_id from runs final
                            where workspace = {workspace:UUID} and has({projects:Array(UUID)}, project))))
  and (empty({ids:Array(UUID)}) or id in {ids:Array(UUID)})
  and (empty({traces:Array(UUID)}) or trace_id in {traces:Array(UUID)})
  and (empty({runs:Array(UUID)}) or run_id in {runs:Array(UUID)})
  and (empty({names:Array(String)}) or has({names:Array(String)}, key))
  and (empty({sources:Array(String)}) or has({sources:Array(String)}, JSONExtractString(source, 'type')))
  and (empty({sessions:Array(String)})
       or has({sessions:Array(String)}, JSONExtractString(extra, 'extra', 'langfuse', 'sessionId')))
  and (empty({kinds:Array(String)})
       or has({kinds:Array(String)}, JSONExtractString(extra, 'extra', 'langfuse', 'dataType')))
  and (empty({environments:Array(String)})
       or has({environments:Array(String)}, JSONExtractString(extra, 'extra', 'langfuse', 'environment')))
  and created_at >= {after:DateTime64(6)} and created_at < {before:DateTime64(6)}
order by created_at desc, id
limit {limit:UInt32} offset {offset:UInt32}
