-- Which projects are there, in every workspace?
select workspace, id, name, description, extra, reference_dataset_id, created_at, ended_at, version
from projects final
order by workspace, name
