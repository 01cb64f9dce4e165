-- What did each of these traces use in all, no call counted twice?
--
-- workspace  whose traces
-- projects   runs in these projects; empty: in any
-- traces     their ids
-- earliest   none of their runs has a key before this
--
-- Skipping by index under FINAL is exact here: no version of a run changes its trace.
select
    count()                                              as runs,
    countIf(counted)                                     as calls,
    sumIf(uncached, counted)                             as uncached,
    sumIf(cache_read, counted)                           as cache_read,
    sumIf(cache_read_audio, counted)                     as cache_read_audio,
    sumIf(cache_write_5m, counted)                       as cache_write_5m,
    sumIf(cache_write_1h, counted)                       as cache_write_1h,
    sumIf(audio_in, counted)                             as audio_in,
    sumIf(image_in, counted)                             as image_in,
    sumIf(video_in, counted)                             as video_in,
    sumIf(text_out, counted)                             as text_out,
    sumIf(reasoning, counted)                            as reasoning,
    sumIf(audio_out, counted)                            as audio_out,
    sumIf(image_out, counted)                            as image_out,
    sumIf(input_tokens, counted)                         as input_tokens,
    sumIf(output_tokens, counted)                        as output_tokens,
    sumIf(cost, counted)                                 as cost,
    sumIf(input_cost, counted)                           as input_cost,
    sumIf(output_cost, counted)                          as output_cost,
    countIf(counted and usage_source not in ('unknown', '') and cost is not null) as priced_calls,
    countIf(counted and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
    countIf(counted and usage_source = 'reported')       as reported_calls,
    countIf(counted and usage_source = 'counted')        as counted_calls,
    countIf(counted and usage_source = 'estimated')      as estimated_calls,
    countIf(counted and usage_source in ('unknown', '')) as unknown_calls,
    countIf(counted and status = 'pending')              as settling_calls,
    trace_id,
    countIf(status = 'error') as errors
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and trace_id in {traces:Array(UUID)}
group by trace_id
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0, prefer_column_name_to_alias = 1
