-- How was each of these runs judged?
--
-- workspace  whose runs
-- runs       their ids
select
    assumeNotNull(run_id)                                    as subject,
    key,
    count()                                                  as n,
    ifNull(avg(score), nan)                                  as avg,
    arrayFilter(v -> v != '', groupArray(1000)(value))       as values
from feedback final
where workspace = {workspace:UUID}
  and run_id in {runs:Array(UUID)}
group by subject, key
order by subject, key
