-- How many runs are these, how fast, how many of them failed?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- Latencies are in seconds, p50 and p99; NaN when there are none.
select
    count()                                                   as runs,
    countIf(status = 'error')                                 as errors,
    countIf(kind = 'llm')                                     as calls,
    countIf(kind = 'llm' and (ifNull(streamed, false) or first_token_at is not null)) as streams,
    max(started_at)                                           as last,
    quantiles(0.5, 0.99)((toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at)) / 1e6) as latency,
    quantiles(0.5, 0.99)((toUnixTimestamp64Micro(first_token_at) - toUnixTimestamp64Micro(started_at)) / 1e6) as first_token
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
