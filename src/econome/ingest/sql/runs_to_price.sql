-- Which calls come next in a period that is priced again?
--
-- workspace     whose calls
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- done_key, done_id  behind this key
-- last_key, last_id  not behind this one
-- limit         how many
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
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and key_time >= {done_key:DateTime64(6)}
  and (key_time, id) > ({done_key:DateTime64(6)}, {done_id:UUID})
  and (key_time, id) <= ({last_key:DateTime64(6)}, {last_id:UUID})
  and usage_source != ''
  and /* filter */ 1
order by key_time, id
limit {limit:UInt32}
