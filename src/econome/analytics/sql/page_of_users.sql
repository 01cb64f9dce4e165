-- Which users come next in the order asked for, by what their runs in the scope used?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- sort          by_last, by_cost, by_tokens, by_calls, by_traces or by_sessions
-- direction     1: ascending, -1: descending; what has no rank comes last either way
-- after, after_rank  the name and the rank of the last row of the page before; null: from the start
-- limit         how many
select
    name,
    {sort:Identifier} * {direction:Int8} as rank
from (
    select
        effective_user as name,
        cast(max(toUnixTimestamp64Micro(started_at)) as Nullable(Decimal(38, 18))) as by_last,
        sumIf(cost, billed) as by_cost,
        cast(
            if(
                countIf(billed and (input_tokens is not null or output_tokens is not null)) = 0,
                null,
                sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), billed)
            )
            as Nullable(Decimal(38, 18))
        ) as by_tokens,
        cast(countIf(counted) as Nullable(Decimal(38, 18))) as by_calls,
        cast(uniqExact(trace_id) as Nullable(Decimal(38, 18))) as by_traces,
        cast(
            uniqExactIf(effective_session, effective_session != '') as Nullable(Decimal(38, 18))
        ) as by_sessions
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and effective_user != ''
      and /* filter */ 1
    group by effective_user
    settings prefer_column_name_to_alias = 1
)
where {after:Nullable(String)} is null
   or (isNull(rank), ifNull(rank, 0), name)
    > (
        isNull({after_rank:Nullable(Decimal(38, 18))}),
        ifNull({after_rank:Nullable(Decimal(38, 18))}, 0),
        assumeNotNull({after:Nullable(String)})
    )
order by isNull(rank), rank, name
limit {limit:UInt32}
