-- Which conversations come next in the order asked for, by what their runs in the scope used?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- sort          by_last, by_cost, by_tokens or by_turns
-- direction     1: ascending, -1: descending; what has no rank comes last either way
-- after, after_rank  the name and the rank of the last row of the page before; null: from the start
-- limit         how many
--
-- Its turns are its roots: a filter that may leave out roots asks page_of_sessions_by_turns.
select
    effective_session as who,
    max(toUnixTimestamp64Micro(started_at)) as by_last,
    sumIf(cost, billed) as by_cost,
    sumIf(
        if(
            input_tokens is null and output_tokens is null,
            null,
            ifNull(input_tokens, 0) + ifNull(output_tokens, 0)
        ),
        billed
    ) as by_tokens,
    countIf(parent_id is null) as by_turns,
    count() over () as sessions
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and effective_session != ''
  and /* filter */ 1
group by who
having {after:Nullable(String)} is null
   or (isNull(cast({sort:Identifier} as Nullable(Decimal(38, 18))) * {direction:Int8}), ifNull(cast({sort:Identifier} as Nullable(Decimal(38, 18))) * {direction:Int8}, 0), who)
    > (
        isNull({after_rank:Nullable(Decimal(38, 18))}),
        ifNull({after_rank:Nullable(Decimal(38, 18))}, 0),
        assumeNotNull({after:Nullable(String)})
    )
order by
    isNull(cast({sort:Identifier} as Nullable(Decimal(38, 18))) * {direction:Int8}),
    cast({sort:Identifier} as Nullable(Decimal(38, 18))) * {direction:Int8},
    who
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
