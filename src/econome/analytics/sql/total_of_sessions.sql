-- What was used in conversations and in none?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
select
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
    countIf(parent_id is null and effective_session != '') as turns,
    countIf(parent_id is null and effective_session = '') as traces_in_none,
    sumIf(cost, billed and effective_session = '')       as cost_in_none,
    countIf(parent_id is null and status = 'error') as errors,
    countIf(counted and status = 'error')           as failed_calls
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
settings prefer_column_name_to_alias = 1
