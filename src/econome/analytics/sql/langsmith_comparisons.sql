-- Which experiments on a dataset were compared with each other, the latest first?
--
-- workspace  whose dataset
-- dataset    its id
-- limit, offset  which page
select id, dataset, name, description, extra, experiments, created_at, modified_at
from comparisons final
where workspace = {workspace:UUID}
  and dataset = {dataset:UUID}
order by created_at desc, id
limit {limit:UInt32} offset {offset:UInt32}
