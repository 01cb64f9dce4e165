-- How was each of these projects judged as a whole, apart from its runs?
--
-- workspace  whose projects
-- projects   their ids
select
    assumeNotNull(project)                                   as subject,
    key,
    count()                                                  as n,
    ifNull(avg(score), nan)                                  as avg,
    arrayFilter(v -> v != '', groupArray(1000)(value))       as values
from feedback final
where workspace = {workspace:UUID}
  and run_id is null
  and project in {projects:Array(UUID)}
group by subject, key
order by subject, key
