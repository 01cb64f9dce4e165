-- Which turns make up one conversation, and what did each use?
--
-- workspace  whose conversation
-- projects   in these projects; empty: in any
-- session    its name
-- earliest, latest  where the keys of its runs lie, both ends included
-- limit      at most so many turns, the first first
--
-- A turn is a trace. The root speaks for it; `call` is the call that started last. The context is the
-- largest call: what it was given, and how many characters of that were what.
select
    count()                                               as runs,
    countIf(counted)                                      as calls,
    sumIf(uncached, billed)                               as uncached,
    sumIf(cache_read, billed)                             as cache_read,
    sumIf(cache_read_audio, billed)                       as cache_read_audio,
    sumIf(cache_write_5m, billed)                         as cache_write_5m,
    sumIf(cache_write_1h, billed)                         as cache_write_1h,
    sumIf(audio_in, billed)                               as audio_in,
    sumIf(image_in, billed)                               as image_in,
    sumIf(video_in, billed)                               as video_in,
    sumIf(text_out, billed)                               as text_out,
    sumIf(reasoning, billed)                              as reasoning,
    sumIf(audio_out, billed)                              as audio_out,
    sumIf(image_out, billed)                              as image_out,
    sumIf(input_tokens, billed)                           as input_tokens,
    sumIf(output_tokens, billed)                          as output_tokens,
    sumIf(cost, billed)                                   as cost,
    sumIf(input_cost, billed)                             as input_cost,
    sumIf(output_cost, billed)                            as output_cost,
    sumIf(fee_cost, billed)                               as fee_cost,
    countIf(billed and usage_source not in ('unknown', '') and cost is not null) as priced_calls,
    countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
    countIf(counted and usage_source = 'reported')        as reported_calls,
    countIf(counted and usage_source = 'counted')         as counted_calls,
    countIf(counted and usage_source = 'estimated')       as estimated_calls,
    countIf(counted and usage_source in ('unknown', ''))  as unknown_calls,
    countIf(counted and status = 'pending')               as settling_calls,
    countIf(counted and notEmpty(notes))                  as marked_calls,
    sumIf(cost, counted and not billed)                   as estimated_cost,
    sumIf(input_tokens, counted and not billed)           as estimated_input_tokens,
    sumIf(output_tokens, counted and not billed)          as estimated_output_tokens,
    countIf(billed and our_cost is not null and cost_reported is not null) as compared_calls,
    sumIf(our_cost, billed and cost_reported is not null) as compared_ours,
    sumIf(cost_reported, billed and our_cost is not null) as compared_reported,
    trace_id,
    anyIf(id, parent_id is null)                                as root,
    anyIf(key_time, parent_id is null)                          as root_key_time,
    countIf(parent_id is null)                                  as roots,
    argMaxIf(id, started_at, counted)                           as call,
    argMaxIf(key_time, started_at, counted)                     as call_key_time,
    if(roots > 0, anyIf(name, parent_id is null), argMax(name, started_at)) as name,
    if(roots > 0, anyIf(status, parent_id is null), argMax(status, started_at)) as status,
    if(roots > 0, anyIf(error, parent_id is null), argMaxIf(error, started_at, status = 'error')) as error,
    countIf(parent_id is null and status = 'error')             as errors,
    countIf(counted and status = 'error')                       as failed_calls,
    min(started_at)                                             as started,
    if(roots > 0, anyIf(ended_at, parent_id is null), max(ended_at)) as ended,
    if(roots > 0, anyIf(input_preview, parent_id is null), '')  as root_input,
    if(roots > 0, anyIf(output_preview, parent_id is null), '') as root_output,
    argMaxIf(input_preview, started_at, counted)                as call_input,
    argMaxIf(output_preview, started_at, counted)               as call_output,
    arraySort(groupUniqArrayIf(model, counted and model != '')) as models,
    groupUniqArrayIf(effective_user, effective_user != '')      as users,
    maxIf(input_tokens, billed)                                 as context,
    argMaxIf(tuple(cache_read), input_tokens, billed and input_tokens is not null).1 as context_cached,
    argMaxIf(
        [chars_system, chars_tools, chars_history, chars_retrieved, chars_tool_results, chars_user],
        input_tokens, billed and input_tokens is not null
    )                                                           as context_chars,
    count() over ()                                             as turns
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {earliest:DateTime64(6)} and key_time <= {latest:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and effective_session = {session:String}
group by trace_id
order by started, trace_id
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
