-- What did these users use in the scope, in all and in each part of it?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- users         their names
-- parts         into how many parts of equal length the span is cut
--
-- `parts` are those in which something was, each with its cost.
select
    sum(runs)                    as runs,
    sum(calls)                   as calls,
    sum(uncached)                as uncached,
    sum(cache_read)              as cache_read,
    sum(cache_read_audio)        as cache_read_audio,
    sum(cache_write_5m)          as cache_write_5m,
    sum(cache_write_1h)          as cache_write_1h,
    sum(audio_in)                as audio_in,
    sum(image_in)                as image_in,
    sum(video_in)                as video_in,
    sum(text_out)                as text_out,
    sum(reasoning)               as reasoning,
    sum(audio_out)               as audio_out,
    sum(image_out)               as image_out,
    sum(input_tokens)            as input_tokens,
    sum(output_tokens)           as output_tokens,
    sum(cost)                    as cost,
    sum(input_cost)              as input_cost,
    sum(output_cost)             as output_cost,
    sum(fee_cost)                as fee_cost,
    sum(priced_calls)            as priced_calls,
    sum(unpriced_calls)          as unpriced_calls,
    sum(reported_calls)          as reported_calls,
    sum(counted_calls)           as counted_calls,
    sum(estimated_calls)         as estimated_calls,
    sum(unknown_calls)           as unknown_calls,
    sum(settling_calls)          as settling_calls,
    sum(marked_calls)            as marked_calls,
    sum(estimated_cost)          as estimated_cost,
    sum(estimated_input_tokens)  as estimated_input_tokens,
    sum(estimated_output_tokens) as estimated_output_tokens,
    sum(compared_calls)          as compared_calls,
    sum(compared_ours)           as compared_ours,
    sum(compared_reported)       as compared_reported,
    name,
    uniqExactMerge(traces)                 as traces,
    uniqExactIfMerge(sessions)             as sessions,
    sum(errors)                            as errors,
    sum(failed_calls)                      as failed_calls,
    min(first)                             as first_at,
    max(last)                              as last_at,
    arraySort(groupUniqArrayArray(models)) as models,
    groupArray((part, cost))               as parts
from (
    select
        effective_user as name,
        toUInt32(intDiv(
            (toUnixTimestamp64Micro(started_at) - toUnixTimestamp64Micro({since:DateTime64(6)}))
            * {parts:UInt32},
            greatest(
                toUnixTimestamp64Micro({until:DateTime64(6)}) - toUnixTimestamp64Micro({since:DateTime64(6)}),
                1
            )
        )) as part,
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
        countIf(parent_id is null and status = 'error')       as errors,
        countIf(counted and status = 'error')                 as failed_calls,
        uniqExactState(trace_id)                              as traces,
        uniqExactIfState(effective_session, effective_session != '') as sessions,
        min(started_at)                                       as first,
        max(started_at)                                       as last,
        groupUniqArrayIf(model, counted and model != '')      as models
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and effective_user in {users:Array(String)}
      and /* filter */ 1
    group by effective_user, part
    settings prefer_column_name_to_alias = 1
)
group by name
settings prefer_column_name_to_alias = 1
