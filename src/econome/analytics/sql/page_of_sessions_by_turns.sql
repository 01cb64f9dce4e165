-- Which conversations come next by the number of their turns, told apart by whatever runs a filter keeps?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- direction     1: ascending, -1: descending
-- after, after_rank  the name and the rank of the last row of the page before; null: from the start
-- limit         how many
select
    effective_session as name,
    cast(uniqExact(trace_id) as Nullable(Decimal(38, 18))) * {direction:Int8} as rank,
    count() over () as sessions
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and effective_session != ''
  and /* filter */ 1
group by effective_session
having {after:Nullable(String)} is null
   or (rank, effective_session)
    > (ifNull({after_rank:Nullable(Decimal(38, 18))}, 0), assumeNotNull({after:Nullable(String)}))
order by rank, effective_session
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
