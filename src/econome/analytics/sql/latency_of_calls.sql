-- How many calls took how long?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- per_doubling  into how many bins each doubling of the latency is cut
--
-- Bin b holds latencies from 2^(b / per_doubling) milliseconds on; what took less than one is in bin 0.
select
    toInt32(floor(
        log2(greatest(toUnixTimestamp64Micro(assumeNotNull(ended_at)) - toUnixTimestamp64Micro(started_at), 1000) / 1e3)
        * {per_doubling:UInt8}
    ))                          as bin,
    count()                     as calls,
    countIf(status = 'error')   as failed_calls
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and counted and ended_at is not null
  and /* filter */ 1
group by bin
order by bin
settings prefer_column_name_to_alias = 1
