-- How much happened in each of these projects, how fast, for how much?
--
-- workspace  whose projects
-- projects   their ids
--
-- Tokens and money are those of billed runs, latencies those of roots, in seconds: p50 and
-- p99, NaN when there are none.
select
    project,
    count()                                                as runs,
    countIf(status = 'error')                              as errors,
    max(started_at)                                        as last,
    sumIf(input_tokens, billed)                            as input_tokens,
    sumIf(output_tokens, billed)                           as output_tokens,
    sumIf(cost, billed)                                    as cost,
    sumIf(input_cost, billed)                              as input_cost,
    sumIf(output_cost, billed)                             as output_cost,
    countIf(kind = 'llm')                                  as calls,
    countIf(kind = 'llm' and (ifNull(streamed, false) or first_token_at is not null)) as streams,
    quantilesIf(0.5, 0.99)((toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at)) / 1e6,
                           parent_id is null)              as latency,
    quantiles(0.5, 0.99)((toUnixTimestamp64Micro(first_token_at) - toUnixTimestamp64Micro(started_at)) / 1e6) as first_token
from runs final
where workspace = {workspace:UUID}
  and project in {projects:Array(UUID)}
group by project
settings prefer_column_name_to_alias = 1
