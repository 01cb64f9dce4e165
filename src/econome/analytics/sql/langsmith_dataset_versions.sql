-- When did a dataset change, latest first?
--
-- workspace  whose dataset
-- dataset    its id
-- as_of      not after this moment
-- limit, offset  which page
select distinct modified_at as at
from examples final
where workspace = {workspace:UUID}
  and dataset = {dataset:UUID}
  and modified_at <= {as_of:DateTime64(6)}
order by at desc
limit {limit:UInt32} offset {offset:UInt32}
