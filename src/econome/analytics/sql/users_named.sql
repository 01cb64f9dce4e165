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
    sum(input_tokens)            as input_tokens,
    sum(output_tokens)           as output_tokens,
    sum(cost)                    as cost,
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
        count()                                              as runs,
        countIf(counted)                                     as calls,
        sumIf(input_tokens, billed)                          as input_tokens,
        sumIf(output_tokens, billed)                         as output_tokens,
        sumIf(cost, billed)                                  as cost,
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
        countIf(parent_id is null and status = 'error')      as errors,
        countIf(counted and status = 'error')                as failed_calls,
        uniqExactState(trace_id)                             as traces,
        uniqExactIfState(effective_session, effective_session != '') as sessions,
        min(started_at)                                      as first,
        max(started_at)                                      as last,
        groupUniqArrayIf(model, counted and model != '')     as models
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
