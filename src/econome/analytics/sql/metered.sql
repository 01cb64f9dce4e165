-- How much did metrics tell, by service, model and day?
--
-- workspace     whose ledger
-- since, until  told in this half-open span
-- projects      in these projects; empty: in any
-- services      of these services; empty: of any
-- models        of these models, as they answered or were asked; empty: of any
-- limit         how many rows at most
--
-- A delta point is an amount of its own; of those that begin at the same instant the longest holds the
-- others. A cumulative point adds what it is beyond the one before it. It begins anew where its
-- start is another, or where it sinks although it never should. The first point of a stream counts
-- from its start; one that is as old as its start tells only where the stream goes on.
--
-- Of a process that tells the same in several ways (families of metrics, or instrumentations one
-- above the other) the one that tells most is believed: those nearest to the calls see all of them. One
-- that names no model is believed only where no other of its process names any.
with
    in_span as (
        select project, stream, started_at
        from metered
        where workspace = {workspace:UUID}
          and told_at >= {since:DateTime64(6)} and told_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and (empty({services:Array(String)}) or has({services:Array(String)}, service))
          and (empty({models:Array(String)}) or has({models:Array(String)}, model)
               or has({models:Array(String)}, model_asked))
        group by project, stream, started_at
    ),
    before as (
        -- What each stream had counted when the span began: its last point, however long ago.
        select
            project, stream, started_at,
            max(told_at)           as last_told_at,
            argMax(total, told_at) as last_total,
            argMax(calls, told_at) as last_calls
        from metered final
        where workspace = {workspace:UUID}
          and told_at < {since:DateTime64(6)} and told_at >= (select min(started_at) from in_span)
          and temporality = 'cumulative'
          and (project, stream, started_at) in in_span
        group by project, stream, started_at
    ),
    points as (
        select
            project, stream, started_at, told_at, source, temporality, is_monotonic, total, calls, measure,
            part, modality, family, scope, is_wrapper, service, provider, model, model_asked, service_tier
        from metered final
        where workspace = {workspace:UUID}
          and told_at >= {since:DateTime64(6)}
          and (told_at < {until:DateTime64(6)} or temporality = 'delta')  -- a longer delta may lie behind
          and (project, stream, started_at) in in_span
    ),
    amounts as (
        select
            project, service, source, is_wrapper, scope, family, provider, model, model_asked, service_tier,
            measure, part, modality, told_at,
            row_number() over along = 1                                   as is_first,
            if(is_first, before.last_total, lagInFrame(total) over along) as earlier,
            if(is_first, before.last_calls, lagInFrame(calls) over along) as earlier_calls,
            not is_first or before.last_told_at > toDateTime64(0, 9, 'UTC') as has_earlier,
            max(told_at) over (partition by project, stream, started_at)  as longest,
            has_earlier and is_monotonic and (total < earlier or ifNull(calls < earlier_calls, false)) as sank,
            temporality = 'cumulative' and not has_earlier and told_at = started_at as goes_on,
            multiIf(
                temporality = 'delta' and started_at > toDateTime64(0, 9, 'UTC') and told_at < longest, 'none',
                goes_on, 'none',
                temporality = 'delta' or not has_earlier or sank, 'all',
                'difference'
            ) as adds,
            multiIf(adds = 'none', toDecimal128(0, 18), adds = 'all', total, total - earlier) as amount,
            toInt64(calls) * (adds != 'none') - if(adds = 'difference', toInt64(earlier_calls), 0) as more_calls
        from points
        left join before using (project, stream, started_at)
        window along as (
            partition by project, stream, started_at order by told_at
            rows between unbounded preceding and unbounded following
        )
    ),
    sums as (
        select
            project, service, source, is_wrapper, scope, family, provider, model, service_tier, measure,
            part, modality,
            toDate(told_at)              as day,
            sum(amount)                  as amount,
            sum(more_calls)              as more_calls,
            countIf(goes_on)             as unknown_starts,
            groupUniqArray(model_asked)  as asked
        from amounts
        where told_at < {until:DateTime64(6)}
        group by
            project, service, source, is_wrapper, scope, family, provider, model, service_tier, measure,
            part, modality, day
    ),
    weighed as (
        select
            project, service, source, provider, model, service_tier, measure, part, modality, day, amount,
            more_calls, unknown_starts, asked,
            if(scope = '', family, concat(scope, ': ', family)) as way,
            sumIf(amount, part not in ('cache_read', 'cache_write', 'reasoning')) over alike as weight,
            uniqExact(part) over alike                          as parts,
            (not is_wrapper, weight, parts, family, scope)      as merit
        from sums
        window alike as (
            partition by project, source, lower(provider), model, measure, is_wrapper, scope, family
        )
    ),
    judged as (
        select
            project, service, provider, model, service_tier, measure, part, modality, day, amount, more_calls,
            unknown_starts, asked, way,
            groupUniqArrayIf(way, model != '') over (partition by project, source, measure) as naming,
            merit = max(merit) over (partition by project, source, lower(provider), model, measure)
                and (model != '' or empty(naming) or has(naming, way)) as is_believed
        from weighed
    )
select
    project,
    service,
    provider,
    model,
    service_tier                                    as tier,
    measure,
    part,
    modality,
    day,
    sumIf(amount, is_believed)                      as amount,
    sumIf(more_calls, is_believed)                  as calls,
    sumIf(unknown_starts, is_believed)              as unknown_starts,
    arraySort(groupUniqArrayArray(asked))           as asked,
    arraySort(groupUniqArrayIf(way, is_believed))   as told_by,
    arraySort(groupUniqArrayIf(way, not is_believed)) as not_added
from judged
group by project, service, provider, model, tier, measure, part, modality, day
order by project, service, model, provider, tier, day, measure, part, modality
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
