-- What is known of each run of a slice of an export?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- after_time, after_id  the key before the slice's first
-- last_time, last_id    the key of its last
-- currency      that of the amounts
--
-- A row as whoever opens the file reads it: ids are texts, projects have their names, and what a run
-- has from above stands where it would say it itself.
with (
    select (groupArray(id), groupArray(name))
    from projects final
    where workspace = {workspace:UUID}
) as named
select
    toString(id)                                         as id,
    toString(trace_id)                                   as trace_id,
    toString(parent_id)                                  as parent_id,
    transform(project, named.1, named.2, toString(project)) as project,
    toString(project)                                    as project_id,
    name,
    kind,
    status,
    error,
    started_at,
    ended_at,
    (toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at)) / 1e6       as latency,
    (toUnixTimestamp64Micro(first_token_at) - toUnixTimestamp64Micro(started_at)) / 1e6 as first_token,
    model,
    model_asked,
    model_answered,
    provider,
    service_tier,
    temperature,
    top_p,
    max_tokens,
    streamed,
    response_id,
    counted,
    uncounted,
    usage_source,
    usage_convention,
    uncached,
    cache_read,
    cache_read_audio,
    cache_write_5m,
    cache_write_1h,
    audio_in,
    image_in,
    video_in,
    text_out,
    reasoning,
    audio_out,
    image_out,
    input_tokens,
    output_tokens,
    if(input_tokens is null and output_tokens is null, null, ifNull(input_tokens, 0) + ifNull(output_tokens, 0))
        as total_tokens,
    fees,
    {currency:String}                                    as currency,
    cost,
    input_cost,
    output_cost,
    fee_cost,
    our_cost,
    cost_reported,
    effective_user                                       as user,
    effective_session                                    as session,
    effective_environment                                as environment,
    effective_tags                                       as tags,
    effective_metadata                                   as metadata,
    notes,
    input_preview,
    output_preview
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
  and key_time >= {after_time:DateTime64(6)} and key_time <= {last_time:DateTime64(6)}
  and (key_time, id) > ({after_time:DateTime64(6)}, {after_id:UUID})
  and (key_time, id) <= ({last_time:DateTime64(6)}, {last_id:UUID})
order by key_time, id
settings prefer_column_name_to_alias = 1
