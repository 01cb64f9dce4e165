-- What was said about one run?
--
-- workspace  whose run
-- runs       its id, and its trace's if it is the root
select key, score, value, comment, created_at
from feedback final
where workspace = {workspace:UUID} and run_id in {runs:Array(UUID)}
order by created_at, key, id
