-- Where are the runs of these traces, and which of them are roots?
--
-- workspace  whose traces
-- traces     their ids
select trace_id, id, project, parent_id is null as is_root
from runs final
where workspace = {workspace:UUID} and trace_id in {traces:Array(UUID)}
order by trace_id, is_root desc, started_at, id
settings use_skip_indexes_if_final_exact_mode = 0
