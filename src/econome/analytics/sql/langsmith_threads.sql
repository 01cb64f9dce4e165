-- Which conversations were there, the last to be spoken in first, and what did each use?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- thread        only this one; null: all
-- after, after_thread  the last turn and the name of the last row of the page before; null: from the start
-- limit         how many
--
-- A turn is a trace. Tokens and money are of billed runs, latencies of turns in seconds: p50 and
-- p99, NaN when there are none.
select
    thread,
    turns,
    errored,
    first_at,
    last_at,
    last_end,
    first_trace,
    last_trace,
    first_inputs,
    last_outputs,
    last_error,
    latency,
    input_tokens,
    output_tokens,
    cost,
    input_cost,
    output_cost
from (
    select
        effective_session                                            as thread,
        countIf(parent_id is null)                                   as turns,
        countIf(parent_id is null and status = 'error')              as errored,
        minIf(started_at, parent_id is null)                         as first_at,
        maxIf(started_at, parent_id is null)                         as last_at,
        maxIf(ended_at, parent_id is null)                           as last_end,
        argMinIf(trace_id, started_at, parent_id is null)            as first_trace,
        argMaxIf(trace_id, started_at, parent_id is null)            as last_trace,
        argMinIf(input_preview, started_at, parent_id is null)       as first_inputs,
        argMaxIf(output_preview, started_at, parent_id is null)      as last_outputs,
        argMaxIf(error, started_at, parent_id is null and status = 'error') as last_error,
        quantilesIf(0.5, 0.99)(
            (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6,
            parent_id is null and ended_at is not null
        )                                                            as latency,
        sumIf(input_tokens, billed)                                  as input_tokens,
        sumIf(output_tokens, billed)                                 as output_tokens,
        sumIf(cost, billed)                                          as cost,
        sumIf(input_cost, billed)                                    as input_cost,
        sumIf(output_cost, billed)                                   as output_cost
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and effective_session != ''
      and ({thread:Nullable(String)} is null or effective_session = {thread:Nullable(String)})
      and /* filter */ 1
    group by effective_session
    having turns > 0
    settings prefer_column_name_to_alias = 1
)
where {after:Nullable(DateTime64(6))} is null
   or last_at < {after:Nullable(DateTime64(6))}
   or (last_at = {after:Nullable(DateTime64(6))} and thread > ifNull({after_thread:Nullable(String)}, ''))
order by last_at desc, thread
limit {limit:UInt32}
