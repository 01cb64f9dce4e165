-- When did each of these traces say its first word?
--
-- workspace  whose traces
-- projects   runs in these projects; empty: in any
-- traces     their ids
-- earliest   no run of those traces has a key before this
--
-- Skipping by index under FINAL is exact here: no version of a run changes its trace.
select trace_id, min(assumeNotNull(first_token_at)) as at
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and trace_id in {traces:Array(UUID)}
  and first_token_at is not null
group by trace_id
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
