-- Where in their traces do these runs stand, and which examples were they run on?
--
-- workspace  whose runs
-- times, ids their keys, as a page of runs gave them
--
-- Skipping by index under FINAL is exact here: no version of a run changes its id.
select id, dotted_order, reference_example_id
from runs final
where workspace = {workspace:UUID}
  and key_time in {times:Array(DateTime64(6))}
  and id in {ids:Array(UUID)}
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
