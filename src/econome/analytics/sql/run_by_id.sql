-- What do we know of one run?
--
-- workspace  whose run
-- projects   in these projects; empty: in any
-- run        its id
-- earliest   no version of it has a key before this
--
-- Skipping by index under FINAL is exact here: no version of a run changes its id.
select
    id, key_time, trace_id, parent_id, project, name, kind, status, error, started_at, ended_at,
    first_token_at, model, model_asked, model_answered, provider, service_tier, temperature, top_p,
    max_tokens, streamed, response_id, counted, uncounted, usage_source, usage_convention, uncached,
    cache_read, cache_read_audio, cache_write_5m, cache_write_1h, audio_in, image_in, video_in,
    text_out, reasoning, audio_out, image_out, input_tokens, output_tokens, fees, price, cost,
    input_cost, output_cost, fee_cost, our_cost, cost_reported, user, session, environment, tags,
    metadata, inherited_user, inherited_session, inherited_environment, inherited_tags,
    inherited_metadata, notes, chars_system, chars_tools, chars_history, chars_retrieved, chars_tool_results,
    chars_user, input_preview, output_preview
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and id = {run:UUID}
limit 1
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
