-- What did the calls of these prompts, or call sites, use, and how long were they?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     what a row is of: prompt, call_site or effective_prompt_version
-- names         their names
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
    {dimension:Identifier}                               as name,
    countIf(counted and status = 'error')                as failed_calls,
    countIf(billed and input_tokens is not null)         as calls_with_input,
    quantilesExactInclusiveIf(0.5, 0.95)(
        assumeNotNull(input_tokens), billed and input_tokens is not null
    )                                                    as lengths,
    uniqExactIf((prompt, prompt_version), prompt != '')  as versions,
    uniqExactIf(prompt, prompt != '')                    as prompts,
    uniqExactIf(call_site, call_site != '')              as call_sites,
    arraySort(groupUniqArrayIf(model, model != ''))      as models,
    arraySort(groupUniqArray(project))                   as in_projects,
    min(started_at)                                      as first_at,
    max(started_at)                                      as last_at
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and counted
  and {dimension:Identifier} in {names:Array(String)}
  and /* filter */ 1
group by {dimension:Identifier}
settings prefer_column_name_to_alias = 1
