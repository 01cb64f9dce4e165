-- Which runs make up one trace, and what must be known of each to show it as a tree over time?
--
-- workspace  whose trace
-- projects   runs in these projects; empty: in any
-- trace      its id
-- earliest   none of its runs has a key before this
-- limit      at most so many runs, first started first
--
-- Nothing wide: what a run was labelled with, given and gave is asked of it alone. Skipping by index under
-- FINAL is exact here: no version of a run changes its trace.
select
    id, key_time, trace_id, parent_id, project, name, kind, status, left(error, 400) as error, started_at,
    ended_at, first_token_at, model, counted, uncounted, usage_source, usage_convention, uncached, cache_read,
    cache_read_audio, cache_write_5m, cache_write_1h, audio_in, image_in, video_in, text_out, reasoning,
    audio_out, image_out, input_tokens, output_tokens, cost, input_cost, output_cost, fees,
    price, notes
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and trace_id = {trace:UUID}
order by started_at, id
limit {limit:UInt32}
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
