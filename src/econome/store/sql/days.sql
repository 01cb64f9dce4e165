-- When did the runs of each day of keys start, and how many rows are there of them?
--
-- workspace             whose runs
-- key_since, key_until  days of keys in this half-open span
--
-- Without `final`: what an older version of a run says only widens the answer.
select
    toInt64(toRelativeDayNum(key_time)) as day,
    min(started_at)            as first,
    max(started_at)            as last,
    count()                    as stored
from runs
where workspace = {workspace:UUID}
  and key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
group by day
order by day
