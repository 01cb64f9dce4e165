-- Remove what was attached to the examples of a dataset.
delete from example_files
where workspace = {workspace:UUID}
  and dataset = {dataset:UUID}
