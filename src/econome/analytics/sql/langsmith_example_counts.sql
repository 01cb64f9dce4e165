-- How many examples has each of these datasets now?
--
-- workspace  whose datasets
-- datasets   their ids
select dataset, count() as examples
from (
    select dataset, id, is_removed
    from examples final
    where workspace = {workspace:UUID}
      and dataset in {datasets:Array(UUID)}
    order by modified_at desc
    limit 1 by dataset, id
)
where not is_removed
group by dataset
