-- What do these states of examples hold?
--
-- workspace  whose examples
-- datasets   in these datasets
-- ids, moments  which examples, and when they became so
select
    dataset, id, modified_at, created_at, place, inputs, outputs, metadata, source_run_id, files, is_removed
from examples final
where workspace = {workspace:UUID}
  and dataset in {datasets:Array(UUID)}
  and id in {ids:Array(UUID)}
  and modified_at in {moments:Array(DateTime64(6))}
