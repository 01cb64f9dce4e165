-- What did each value of one dimension cost, and how many tokens did it use?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- values        only these of its values; empty: all
--
-- Runs that call no model and have no value, as a chain has no model, make no row.
select
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
    ) as call_latency,
    toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as value
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
  and (empty({values:Array(String)}) or hasAny({values:Array(String)}, emptyArrayToSingle(flatten([{dimension:Identifier}]))))
group by value
having (calls > 0 or value != '') and (empty({values:Array(String)}) or has({values:Array(String)}, value))
settings prefer_column_name_to_alias = 1
