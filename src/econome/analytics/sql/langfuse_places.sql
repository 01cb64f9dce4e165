-- Where are these runs, and those of these traces, and which of them are roots?
--
-- workspace  whose runs
-- traces     the ids of traces, all of whose runs are asked for
-- runs       the ids of single runs, whatever their traces
--
-- Two questions in one, for each of them has an index that it would not use behind an "or".
select trace_id, id, project, is_root
from (
    select trace_id, id, project, parent_id is null as is_root, started_at
    from runs final
    where workspace = {workspace:UUID} and trace_id in {traces:Array(UUID)}
    union all
    select trace_id, id, project, parent_id is null as is_root, started_at
    from runs final
    where workspace = {workspace:UUID} and id in {runs:Array(UUID)} and trace_id not in {traces:Array(UUID)}
)
order by trace_id, is_root desc, started_at, id
settings use_skip_indexes_if_final_exact_mode = 0
