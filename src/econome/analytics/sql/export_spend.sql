-- What did each combination of some dimensions cost in each bucket of time, and how many tokens did it use?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- starts        when each bucket of time starts, in seconds since 1970, ascending
-- dimension, second, third  columns to group by; of an array, each element is a value
-- currency      that of the amounts
--
-- Runs that call no model and have none of the values, as a chain has no model, make no row.
select
    toDateTime64(roundDown(toUnixTimestamp64Second(started_at), {starts:Array(Int64)}), 6, 'UTC') as start,
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as value_1,
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{second:Identifier}])))))    as value_2,
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{third:Identifier}])))))     as value_3,
    count()                                              as runs,
    countIf(counted)                                     as calls,
    sumIf(uncached, billed)                              as uncached,
    sumIf(cache_read, billed)                            as cache_read,
    sumIf(cache_read_audio, billed)                      as cache_read_audio,
    sumIf(cache_write_5m, billed)                        as cache_write_5m,
    sumIf(cache_write_1h, billed)                        as cache_write_1h,
    sumIf(audio_in, billed)                              as audio_in,
    sumIf(image_in, billed)                              as image_in,
    sumIf(video_in, billed)                              as video_in,
    sumIf(text_out, billed)                              as text_out,
    sumIf(reasoning, billed)                             as reasoning,
    sumIf(audio_out, billed)                             as audio_out,
    sumIf(image_out, billed)                             as image_out,
    sumIf(input_tokens, billed)                          as input_tokens,
    sumIf(output_tokens, billed)                         as output_tokens,
    sumIf(
        if(input_tokens is null and output_tokens is null, null, ifNull(input_tokens, 0) + ifNull(output_tokens, 0)),
        billed
    )                                                    as total_tokens,
    {currency:String}                                    as currency,
    sumIf(cost, billed)                                  as cost,
    sumIf(input_cost, billed)                            as input_cost,
    sumIf(output_cost, billed)                           as output_cost,
    sumIf(fee_cost, billed)                              as fee_cost,
    countIf(billed and usage_source not in ('unknown', '') and cost is not null) as priced_calls,
    countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
    countIf(counted and usage_source = 'reported')       as reported_calls,
    countIf(counted and usage_source = 'counted')        as counted_calls,
    countIf(counted and usage_source = 'estimated')      as estimated_calls,
    countIf(counted and usage_source in ('unknown', '')) as unknown_calls,
    countIf(counted and status = 'pending')              as settling_calls,
    countIf(counted and notEmpty(notes))                 as marked_calls,
    sumIf(cost, counted and not billed)                  as estimated_cost,
    sumIf(input_tokens, counted and not billed)          as estimated_input_tokens,
    sumIf(output_tokens, counted and not billed)         as estimated_output_tokens,
    countIf(billed and our_cost is not null and cost_reported is not null) as compared_calls,
    sumIf(our_cost, billed and cost_reported is not null) as compared_ours,
    sumIf(cost_reported, billed and our_cost is not null) as compared_reported,
    countIf(parent_id is null)                           as traces,
    countIf(parent_id is null and status = 'error')      as errors,
    countIf(counted and status = 'error')                as failed_calls,
    countIf(billed and input_tokens is not null)         as calls_with_input,
    countIf(billed and output_tokens is not null)        as calls_with_output,
    arrayMap(x -> if(isNaN(x), null, x), quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        parent_id is null and ended_at is not null
    )) as of_traces,
    arrayMap(x -> if(isNaN(x), null, x), quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(first_token_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        counted and first_token_at is not null
    )) as of_first_tokens,
    arrayMap(x -> if(isNaN(x), null, x), quantilesExactInclusiveIf(0.5, 0.95)(
        (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
        counted and ended_at is not null
    )) as of_calls,
    of_traces[1]                                         as latency_p50,
    of_traces[2]                                         as latency_p95,
    of_first_tokens[1]                                   as first_token_p50,
    of_first_tokens[2]                                   as first_token_p95,
    of_calls[1]                                          as call_latency_p50,
    of_calls[2]                                          as call_latency_p95
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
group by start, value_1, value_2, value_3
having calls > 0 or value_1 != '' or value_2 != '' or value_3 != ''
order by start, value_1, value_2, value_3
settings prefer_column_name_to_alias = 1
