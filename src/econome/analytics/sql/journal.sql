-- Who changed what about prices and recorded costs, newest first?
--
-- workspace  whose journal
-- before     older than this
-- last       or as old, and behind this id
-- limit      how many
select at, id, author, action, detail
from journal final
where workspace = {workspace:UUID}
  and (at < {before:DateTime64(6)} or at = {before:DateTime64(6)} and id > {last:UUID})
order by at desc, id
limit {limit:UInt32}
