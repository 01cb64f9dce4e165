-- How were the runs judged that these are?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
select
    workspace                                           as subject,
    key,
    count()                                             as n,
    ifNull(avg(score), nan)                             as avg,
    arrayFilter(v -> v != '', groupArray(1000)(value))  as values
from feedback final
where workspace = {workspace:UUID}
  and run_id in (
    select id
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and /* filter */ 1
  )
group by subject, key
order by key
