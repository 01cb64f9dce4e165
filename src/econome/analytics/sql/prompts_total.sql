-- How many prompts and call sites do the calls of a scope have, and how many calls have none?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- A call without a call site was stored before there were any: nobody looked at it yet.
select
    count()                                          as calls,
    countIf(call_site = '')                          as unseen_calls,
    countIf(call_site != '' and prompt = '')         as calls_without,
    uniqExactIf(prompt, prompt != '')                as prompts,
    uniqExactIf(call_site, call_site != '')          as call_sites
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and counted
  and /* filter */ 1
settings prefer_column_name_to_alias = 1
