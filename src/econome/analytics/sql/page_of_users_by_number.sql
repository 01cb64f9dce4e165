-- Which users come next by the number of their traces or conversations?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- of_traces     whether it is traces that count; else conversations
-- direction     1: ascending, -1: descending
-- after, after_rank  the name and the rank of the last row of the page before; null: from the start
-- limit         how many
select
    effective_user as name,
    cast(if({of_traces:Bool}, by_traces, by_sessions) as Nullable(Decimal(38, 18))) * {direction:Int8} as rank,
    uniqExact(trace_id) as by_traces,
    uniqExactIf(effective_session, effective_session != '') as by_sessions
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and effective_user != ''
  and /* filter */ 1
group by effective_user
having {after:Nullable(String)} is null
   or (rank, effective_user)
    > (ifNull({after_rank:Nullable(Decimal(38, 18))}, 0), assumeNotNull({after:Nullable(String)}))
order by rank, effective_user
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
