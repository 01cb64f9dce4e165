-- What does each model cost per token, how fast is it, and what of it comes from a cache?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- limit         how many of the dearest
--
-- A price per token is of the calls whose cost and tokens are both known. A call is fast by the tokens it
-- gave in a second: from its first token on, if it streamed and did not think before, else from its start.
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
    model,
    provider,
    countIf(counted and status = 'error') as failed_calls,
    sumIf(input_cost, billed and input_tokens is not null)                     as priced_input_cost,
    sumIf(input_tokens, billed and input_cost is not null)                     as priced_input_tokens,
    sumIf(output_cost, billed and output_tokens is not null)                   as priced_output_cost,
    sumIf(output_tokens, billed and output_cost is not null)                   as priced_output_tokens,
    sumIf(cost, billed and (input_tokens is not null or output_tokens is not null)) as priced_cost,
    sumIf(
        ifNull(input_tokens, 0) + ifNull(output_tokens, 0),
        billed and cost is not null and (input_tokens is not null or output_tokens is not null)
    )                                                                          as priced_tokens,
    countIf(billed and input_tokens is not null and input_cost is not null)    as calls_with_input_price,
    countIf(billed and output_tokens is not null and output_cost is not null)  as calls_with_output_price,
    countIf(billed and cache_read is not null and input_tokens is not null)    as cache_calls,
    sumIf(cache_read, billed and input_tokens is not null)                     as cache_hits,
    sumIf(input_tokens, billed and cache_read is not null)                     as cache_input,
    countIf(billed and reasoning is not null and output_tokens is not null)    as reasoning_calls,
    sumIf(reasoning, billed and output_tokens is not null)                     as reasoning_tokens,
    sumIf(output_tokens, billed and reasoning is not null)                     as reasoning_output,
    countIf(counted and max_tokens > 0)                                        as capped_calls,
    countIf(billed and max_tokens > 0 and output_tokens is not null)           as measured_caps,
    countIf(billed and max_tokens > 0 and output_tokens >= max_tokens)         as full_caps,
    quantilesExactInclusiveIf(0.5, 0.95)(
        assumeNotNull(output_tokens) / greatest(assumeNotNull(max_tokens), 1),
        billed and max_tokens > 0 and output_tokens is not null
    )                                                                          as cap_use,
    countIf(counted and ended_at is not null)                                  as ended_calls,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        counted and ended_at is not null
    )                                                                          as latency,
    countIf(counted and first_token_at is not null)                            as streamed_calls,
    quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(first_token_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        counted and first_token_at is not null
    )                                                                          as first_token,
    countIf(billed and output_tokens > 0 and is_read)                          as read_calls,
    quantilesExactInclusiveIf(0.5, 0.05)(
        assumeNotNull(output_tokens) * 1e6
        / (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(assumeNotNull(first_token_at))),
        billed and output_tokens > 0 and is_read
    )                                                                          as read_speed,
    countIf(billed and output_tokens > 0 and not is_read and ended_at > started_at) as whole_calls,
    quantilesExactInclusiveIf(0.5, 0.05)(
        assumeNotNull(output_tokens) * 1e6
        / (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)),
        billed and output_tokens > 0 and not is_read and ended_at > started_at
    )                                                                          as whole_speed,
    min(started_at)                                                            as first_at,
    max(started_at)                                                            as last_at,
    sumIf(cost, billed)                                                        as spent,
    sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), billed)          as used,
    count() over ()                                                            as models
from (
    select
        key_time, model, provider, counted, billed, status, usage_source, notes, started_at, ended_at,
        first_token_at, max_tokens,
        uncached, cache_read, cache_read_audio, cache_write_5m, cache_write_1h, audio_in, image_in,
        video_in, text_out, reasoning, audio_out, image_out, input_tokens, output_tokens, cost,
        input_cost, output_cost, fee_cost, our_cost, cost_reported,
        ifNull(ended_at > first_token_at, false) and ifNull(reasoning, 0) = 0 as is_read
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and counted
      and /* filter */ 1
)
group by model, provider
order by spent desc nulls last, used desc, calls desc, model, provider
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
