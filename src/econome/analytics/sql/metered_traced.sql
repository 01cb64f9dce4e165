-- Which calls were told one by one, and how much did they use within a narrower span?
--
-- workspace     whose calls
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- first, last   the half-open span of which tokens and money are summed
select
    project,
    metadata['service']                                       as service,
    model,
    model_asked                                               as asked,
    model_answered                                            as answered,
    countIf(started_at >= {first:DateTime64(6)} and started_at < {last:DateTime64(6)}) as calls,
    sumIf(input_tokens, started_at >= {first:DateTime64(6)} and started_at < {last:DateTime64(6)}) as input,
    sumIf(output_tokens, started_at >= {first:DateTime64(6)} and started_at < {last:DateTime64(6)}) as output,
    sumIf(cost, started_at >= {first:DateTime64(6)} and started_at < {last:DateTime64(6)}) as cost
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and billed and (input_tokens is not null or output_tokens is not null)
group by project, service, model, asked, answered
settings prefer_column_name_to_alias = 1
