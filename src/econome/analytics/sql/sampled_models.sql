-- Of how many calls does each model tell both tokens and latency?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- limit         how many of those with most calls
select
    model,
    provider,
    count() as calls,
    count() over () as models
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and billed and ended_at is not null and input_tokens is not null and output_tokens is not null
  and /* filter */ 1
group by model, provider
order by calls desc, model, provider
limit {limit:UInt32}
