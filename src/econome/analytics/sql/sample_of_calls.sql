-- Which calls of each model are in the sample, and what were their tokens and their latency?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- models, providers  the models, by both names, one beside the other
-- highest       the highest hash of an id that may be in the sample, of each of them
-- per           how many calls of each
--
-- Those whose ids have the lowest hashes: the same ones whenever the same calls are asked about.
select
    id,
    trace_id,
    model,
    provider,
    status,
    started_at,
    input_tokens,
    output_tokens,
    reasoning,
    (toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at)) / 1e6 as latency,
    cost
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and billed and ended_at is not null and input_tokens is not null and output_tokens is not null
  and cityHash64(id) <= transform(
      concat(provider, '
', model),
      arrayMap((provider, model) -> concat(provider, '
', model), {providers:Array(String)}, {models:Array(String)}),
      {highest:Array(UInt64)},
      toUInt64(0)
  )
  and has({models:Array(String)}, model)
  and /* filter */ 1
order by cityHash64(id), id
limit {per:UInt32} by model, provider
settings prefer_column_name_to_alias = 1
