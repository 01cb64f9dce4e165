-- Which prompts, or call sites, come next in the order asked for?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     what a row is of: prompt, call_site or effective_prompt_version
-- sort          by_cost, by_tokens, by_calls, by_length, by_versions or by_last
-- direction     1: ascending, -1: descending; what has no rank comes last either way
-- after, after_rank  the name and the rank of the last row of the page before; null: from the start
-- limit         how many
--
-- The length of a prompt is that of its calls: the p95 of their input.
select
    name,
    {sort:Identifier} * {direction:Int8} as rank
from (
    select
        {dimension:Identifier} as name,
        sumIf(cost, billed) as by_cost,
        cast(sumIf(input_tokens, billed) as Nullable(Decimal(38, 18))) as by_tokens,
        cast(count() as Nullable(Decimal(38, 18))) as by_calls,
        cast(
            if(
                countIf(billed and input_tokens is not null) = 0,
                null,
                toUInt64(quantileExactInclusiveIf(0.95)(assumeNotNull(input_tokens), billed and input_tokens is not null))
            )
            as Nullable(Decimal(38, 18))
        ) as by_length,
        cast(uniqExact(prompt, prompt_version) as Nullable(Decimal(38, 18))) as by_versions,
        cast(max(toUnixTimestamp64Micro(started_at)) as Nullable(Decimal(38, 18))) as by_last
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and counted
      and {dimension:Identifier} != ''
      and /* filter */ 1
    group by {dimension:Identifier}
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
