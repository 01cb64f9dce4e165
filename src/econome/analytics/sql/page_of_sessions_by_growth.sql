-- Which conversations come next by how fast their context grows?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- direction     1: ascending, -1: descending; what has no rank comes last either way
-- after, after_rank  the name and the rank of the last row of the page before; null: from the start
-- limit         how many
--
-- The context of a turn is the input of the largest call in it; its growth is the slope of the line of
-- least squares through all known contexts over the number of their turn, of three turns or more.
select
    name,
    by_growth * {direction:Int8} as rank,
    count() over () as sessions
from (
    select
        name,
        arraySort(groupArray((started, trace_id, context)))                as turns,
        arrayFilter(at -> isNotNull(turns[at].3), arrayEnumerate(turns))   as places,
        if(
            length(places) < 3,
            null,
            cast(
                arrayReduce(
                    'simpleLinearRegression', places, arrayMap(at -> assumeNotNull(turns[at].3), places)
                ).1
                as Nullable(Decimal(38, 18))
            )
        )                                                                  as by_growth
    from (
        select
            effective_session                 as name,
            trace_id,
            min(started_at)                   as started,
            maxIf(input_tokens, billed)       as context
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
               or key_time = toDateTime64(0, 6, 'UTC'))
          and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and effective_session != ''
          and /* filter */ 1
        group by effective_session, trace_id
        settings prefer_column_name_to_alias = 1
    )
    group by name
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
