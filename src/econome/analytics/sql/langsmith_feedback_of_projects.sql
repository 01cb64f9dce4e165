-- How were the runs of each of these projects judged?
--
-- workspace  whose projects
-- projects   their ids
select
    judged.project                                            as subject,
    said.key                                                  as key,
    count()                                                   as n,
    ifNull(avg(said.score), nan)                              as avg,
    arrayFilter(v -> v != '', groupArray(1000)(said.value))   as values
from (
    select assumeNotNull(run_id) as run, key, score, value
    from feedback final
    where workspace = {workspace:UUID} and run_id is not null
) as said
inner join (
    select id, project
    from runs final
    where workspace = {workspace:UUID}
      and project in {projects:Array(UUID)}
      and id in (select assumeNotNull(run_id) from feedback final
                 where workspace = {workspace:UUID} and run_id is not null)
) as judged on said.run = judged.id
group by subject, key
order by subject, key
