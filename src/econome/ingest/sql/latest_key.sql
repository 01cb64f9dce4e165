-- Up to when may the store know runs that this process has not seen?
--
-- ahead  keys beyond it come from clocks that run ahead: they have a span of their own
select
    maxIf(key_time, key_time <= {ahead:DateTime64(6)}) as mark,
    minIf(key_time, key_time > {ahead:DateTime64(6)})  as ahead_from,
    maxIf(key_time, key_time > {ahead:DateTime64(6)})  as ahead_to,
    countIf(key_time = toDateTime64(0, 6, 'UTC'))      as undated,
    maxIf(
        abs(dateDiff('second', key_time, started_at)),
        key_time != toDateTime64(0, 6, 'UTC')
    )                                                  as slack_seconds,
    maxIf(
        UUIDv7ToDateTime(trace_id, 'UTC'),
        UUIDv7ToDateTime(trace_id, 'UTC') <= {ahead:DateTime64(6)}
        and abs(dateDiff('day', UUIDv7ToDateTime(trace_id, 'UTC'), key_time)) <= 8  -- else it is a random id
    )                                                  as trace_mark
from runs
