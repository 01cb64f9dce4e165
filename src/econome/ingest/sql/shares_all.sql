-- Which runs are shared, in every workspace?
select workspace, run_id, token, created_at, version
from shares final
order by workspace, run_id
