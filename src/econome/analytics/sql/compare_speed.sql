-- Between which values do the median and the 95th percentile of each latency lie?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- Of three latencies, in this order: of traces, until the first token of a call, of calls. For each the
-- traces behind it, and four of its values: the ends of the 95 % intervals of both quantiles, by the
-- binomial law of how many values lie below. The calls of a trace count as one there, so that an interval
-- is too wide rather than too short. NaN: there are too few for an end.
select
    [length(of_traces), traces_of_first, traces_of_calls] as traces,
    arrayMap(
        (found, n) -> arrayMap(
            place -> if(place >= 1 and place <= length(found), found[toUInt64(place)], nan),
            [floor(length(found) * (0.5 - 1.96 * sqrt(0.25 / n))),
             ceil(length(found) * (0.5 + 1.96 * sqrt(0.25 / n))) + 1,
             floor(length(found) * (0.95 - 1.96 * sqrt(0.0475 / n))),
             ceil(length(found) * (0.95 + 1.96 * sqrt(0.0475 / n))) + 1]
        ),
        [of_traces, of_first, of_calls],
        traces
    ) as ends
from (
    select
        arraySort(groupArrayIf(until_end, parent_id is null and ended_at is not null)) as of_traces,
        arraySort(groupArrayIf(until_first, counted and first_token_at is not null))   as of_first,
        arraySort(groupArrayIf(until_end, counted and ended_at is not null))           as of_calls,
        uniqExactIf(trace_id, counted and first_token_at is not null)                  as traces_of_first,
        uniqExactIf(trace_id, counted and ended_at is not null)                        as traces_of_calls
    from (
        select
            trace_id,
            parent_id,
            counted,
            ended_at,
            first_token_at,
            (toUnixTimestamp64Micro(ifNull(ended_at, started_at)) - toUnixTimestamp64Micro(started_at)) / 1e6
                as until_end,
            (toUnixTimestamp64Micro(ifNull(first_token_at, started_at)) - toUnixTimestamp64Micro(started_at)) / 1e6
                as until_first
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
               or key_time = toDateTime64(0, 6, 'UTC'))
          and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and /* filter */ 1
    )
)
settings prefer_column_name_to_alias = 1
