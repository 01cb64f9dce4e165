-- How many runs are there in all, and when did the first and the last start?
--
-- workspace  whose runs
-- projects   in these projects; empty: in any
select
    count()         as runs,
    min(started_at) as first,
    max(started_at) as last
from runs final
where workspace = {workspace:UUID}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
