-- Which examples were there at a moment, in their order, without what they hold?
--
-- workspace  whose examples
-- datasets   in these datasets; empty: in any
-- ids        only these; empty: any
-- as_of      the moment
-- limit, offset  which page
select id, dataset, created_at, modified_at, metadata
from (
    select id, dataset, created_at, modified_at, place, metadata, is_removed
    from examples final
    where workspace = {workspace:UUID}
      and (empty({datasets:Array(UUID)}) or has({datasets:Array(UUID)}, dataset))
      and (empty({ids:Array(UUID)}) or id in {ids:Array(UUID)})
      and modified_at <= {as_of:DateTime64(6)}
    order by modified_at desc
    limit 1 by dataset, id
)
where not is_removed
order by created_at, place, id
limit {limit:UInt64} offset {offset:UInt64}
