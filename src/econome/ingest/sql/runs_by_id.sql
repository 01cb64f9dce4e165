-- Which of these runs does the store know, when their ids tell no time?
--
-- ids  looked up through the index on ids, in every partition: slow, hence only for such ids
select
    workspace, key_time, id, version, is_deleted, pieces, patched, project, trace_id, parent_id,
    dotted_order, name, kind, status, error, started_at, ended_at, first_token_at, received_at, model,
    model_asked, model_answered, provider, service_tier, temperature, top_p, max_tokens, streamed,
    response_id, counted, uncounted, usage_source, usage_convention, usage_place, uncached, cache_read,
    cache_read_audio, cache_write_5m, cache_write_1h, audio_in, image_in, video_in, text_out, reasoning,
    audio_out, image_out, input_tokens, output_tokens, fees, price, cost, input_cost, output_cost,
    fee_cost, our_cost, cost_reported, input_cost_reported, output_cost_reported, user, session, environment,
    tags, metadata, inherited_user, inherited_session, inherited_environment, inherited_tags,
    inherited_metadata, reference_example_id, notes, chars_system, chars_tools, chars_history,
    chars_retrieved, chars_tool_results, chars_user, chars_answer, prompt_hash, answer_hash,
    input_preview, output_preview, call_site, prompt, prompt_version, system_hash, toolset, tools_called
from runs final
where workspace = {workspace:UUID}
  and id in {ids:Array(UUID)}
settings use_skip_indexes_if_final_exact_mode = 0
