-- How are tokens and cost spread over these runs, each with all below it?
--
-- workspace     whose runs
-- since, until  started in this half-open span; what is below them is looked for a month further
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- p50 and p99 of what is known; NaN when nothing is.
select
    quantiles(0.5, 0.99)(tokens)          as tokens,
    quantiles(0.5, 0.99)(toFloat64(cost)) as cost
from (
    select
        node,
        sum(if(input_tokens is null and output_tokens is null, null,
               ifNull(input_tokens, 0) + ifNull(output_tokens, 0))) as tokens,
        sum(cost)                                                   as cost
    from (
        select
            input_tokens,
            output_tokens,
            cost,
            arrayJoin(if(dotted_order = '',
               arrayDistinct([id, ifNull(parent_id, id), trace_id]),
               arrayDistinct(arrayConcat([id], arrayMap(s -> toUUIDOrZero(substring(s, position(s, 'Z') + 1)),
                                                        splitByChar('.', dotted_order)))))) as node
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)} + interval 30 day
               or key_time = toDateTime64(0, 6, 'UTC'))
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and billed
    )
    where node in (
            select id
            from runs final
            where workspace = {workspace:UUID}
              and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
                   or key_time = toDateTime64(0, 6, 'UTC'))
              and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
              and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
              and /* filter */ 1
    )
    group by node
)
