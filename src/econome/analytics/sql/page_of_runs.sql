-- Which runs come next in the order asked for?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- roots         only those without a parent
-- sort          by_started_at, by_cost, by_tokens, by_input, by_output, by_latency or by_first_token
-- direction     1: ascending, -1: descending; what has no rank comes last either way
-- after, after_rank  the tie and the rank of the last row of the page before; null: from the start
-- limit         how many
-- skip          how many rows stand before them
select
    id,
    key_time,
    trace_id,
    id as tie,
    {sort:Identifier} * {direction:Int8} as rank
from (
    select
        id,
        key_time,
        trace_id,
        cast(toUnixTimestamp64Micro(started_at) as Nullable(Decimal(38, 18))) as by_started_at,
        cost as by_cost,
        cast(
            if(input_tokens is null and output_tokens is null, null, ifNull(input_tokens, 0) + ifNull(output_tokens, 0))
            as Nullable(Decimal(38, 18))
        ) as by_tokens,
        cast(input_tokens as Nullable(Decimal(38, 18))) as by_input,
        cast(output_tokens as Nullable(Decimal(38, 18))) as by_output,
        cast(
            toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at)
            as Nullable(Decimal(38, 18))
        ) as by_latency,
        cast(
            toUnixTimestamp64Micro(first_token_at) - toUnixTimestamp64Micro(started_at)
            as Nullable(Decimal(38, 18))
        ) as by_first_token
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and /* filter */ 1
      and (parent_id is null or not {roots:Bool})
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
