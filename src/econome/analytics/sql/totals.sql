-- How many runs, calls and tokens were there, at what cost and how fast?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any

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
    countIf(parent_id is null)                           as traces,
    countIf(parent_id is null and status = 'error')      as errors,
    countIf(counted and status = 'error')                as failed_calls,
    countIf(counted and input_tokens is not null)        as calls_with_input,
    countIf(counted and output_tokens is not null)       as calls_with_output,
    quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        parent_id is null and ended_at is not null
    ) as latency,
    quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(first_token_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        counted and first_token_at is not null
    ) as first_token,
    quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        counted and ended_at is not null
    ) as call_latency
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
settings prefer_column_name_to_alias = 1
