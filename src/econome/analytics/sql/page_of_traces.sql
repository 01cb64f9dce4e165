-- Which traces come next in the order asked for, by what all their runs used?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- sort          by_started_at, by_cost, by_tokens, by_input, by_output, by_latency or by_first_token
-- direction     1: ascending, -1: descending; what has no rank comes last either way
-- after, after_rank  the tie and the rank of the last row of the page before; null: from the start
-- limit         how many
-- skip          how many rows stand before them
--
-- A trace is kept when its root lies in the scope and any of its runs passes the filter.
select
    id,
    key_time,
    trace_id,
    trace_id as tie,
    {sort:Identifier} * {direction:Int8} as rank
from (
    select
        trace_id,
        anyIf(id, parent_id is null) as id,
        anyIf(key_time, parent_id is null) as key_time,
        cast(
            toUnixTimestamp64Micro(minIf(started_at, parent_id is null))
            as Nullable(Decimal(38, 18))
        ) as by_started_at,
        sumIf(cost, billed) as by_cost,
        cast(
            if(
                countIf(billed and (input_tokens is not null or output_tokens is not null)) = 0,
                null,
                sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), billed)
            )
            as Nullable(Decimal(38, 18))
        ) as by_tokens,
        cast(sumIf(input_tokens, billed) as Nullable(Decimal(38, 18))) as by_input,
        cast(sumIf(output_tokens, billed) as Nullable(Decimal(38, 18))) as by_output,
        cast(
            maxIf(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at), parent_id is null)
            as Nullable(Decimal(38, 18))
        ) as by_latency,
        cast(
            maxIf(toUnixTimestamp64Micro(first_token_at) - toUnixTimestamp64Micro(started_at), parent_id is null)
            as Nullable(Decimal(38, 18))
        ) as by_first_token
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
    group by trace_id
    having countIf(parent_id is null) > 0 and countIf(/* filter */ 1) > 0
    settings prefer_column_name_to_alias = 1
)
where {after:Nullable(UUID)} is null
   or (isNull(rank), ifNull(rank, 0), tie)
    > (
        isNull({after_rank:Nullable(Decimal(38, 18))}),
        ifNull({after_rank:Nullable(Decimal(38, 18))}, 0),
        assumeNotNull({after:Nullable(UUID)})
    )
order by isNull(rank), rank, tie
limit {limit:UInt32} offset {skip:UInt64}
