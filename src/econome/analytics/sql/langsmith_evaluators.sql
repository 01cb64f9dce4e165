-- What did the evaluators of each of these experiments use?
--
-- workspace  whose runs
-- project    where evaluators run
-- judged     the experiments, by the ids of their projects
-- names      the names and the ids of the experiments: Python's evaluators say either in their metadata
-- experiments  of each of those, the id
--
-- Where they say neither, as JavaScript's, the feedback that they gave names the trace in which they did.
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
    if(has({names:Array(String)}, effective_metadata['experiment']),
       transform(effective_metadata['experiment'], {names:Array(String)}, {experiments:Array(String)}, ''),
       ifNull(told.of_feedback, ''))                     as experiment
from runs final
left any join (
    select
        toUUIDOrZero(JSONExtractString(source, 'metadata', '__run', 'run_id')) as judge,
        any(toString(ifNull(about.project, feedback.project))) as of_feedback
    from feedback final
    left any join (
        select id as run, project
        from runs final
        where workspace = {workspace:UUID} and project in {judged:Array(UUID)}
    ) as about on feedback.run_id = about.run
    where workspace = {workspace:UUID}
      and source like '%__run%'
      and has({judged:Array(UUID)}, ifNull(about.project, feedback.project))
    group by judge
) as told on runs.trace_id = told.judge
where workspace = {workspace:UUID}
  and project = {project:UUID}
  and experiment != ''
group by experiment
settings prefer_column_name_to_alias = 1, join_use_nulls = 1
