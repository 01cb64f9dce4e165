-- What was said about one run?
--
-- workspace  whose run
-- run        its id
select key, score, value, comment, created_at
from feedback final
where workspace = {workspace:UUID} and run_id = {run:UUID}
order by created_at, key, id
