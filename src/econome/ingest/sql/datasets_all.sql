-- Which datasets are there, in every workspace?
select
    workspace, id, name, description, data_type, inputs_schema, outputs_schema, transformations, metadata,
    tags, created_at, modified_at, version
from datasets final
order by workspace, created_at
