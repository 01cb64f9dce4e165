-- How many calls, tokens and how much money did each model come to?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- Only calls of which both are known, the tokens and the cost.
select
    provider,
    model,
    count()                                                        as calls,
    sum(ifNull(input_tokens, 0) + ifNull(output_tokens, 0))        as tokens,
    sum(assumeNotNull(cost))                                       as cost
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
  and billed
  and cost is not null
  and (input_tokens is not null or output_tokens is not null)
group by provider, model
order by provider, model
settings prefer_column_name_to_alias = 1
