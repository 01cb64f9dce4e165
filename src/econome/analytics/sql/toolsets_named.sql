-- Which tools do these toolsets have, and how long is the schema of each?
--
-- workspace  whose
-- ids        of the toolsets
select id, names, sizes
from toolsets final
where workspace = {workspace:UUID}
  and id in {ids:Array(UInt64)}
