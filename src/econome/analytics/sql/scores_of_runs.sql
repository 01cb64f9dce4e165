-- How were these runs judged, on average, under each key?
--
-- workspace  whose runs
-- runs       their ids
select
    assumeNotNull(run_id) as run,
    key,
    ifNull(avg(score), nan) as score,
    count()               as judgements
from feedback final
where workspace = {workspace:UUID} and run_id in {runs:Array(UUID)}
group by run, key
having isFinite(score)
order by run, key
