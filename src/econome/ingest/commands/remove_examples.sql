-- Remove the examples of a dataset, with all their states.
delete from examples
where workspace = {workspace:UUID}
  and dataset = {dataset:UUID}
