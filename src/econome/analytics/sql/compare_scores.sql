-- How were the traces of each value of a dimension judged, and what did the good ones cost?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- good_from     a trace is good when the mean of its scores under a key is at least this
-- limit         how many keys of feedback for each value, those with most judged traces
--
-- A score belongs to the trace of its run, which the feedback names or the run knows. Three measures in
-- this order, as moments (see compare_means): mean score, good of judged traces, cost per good trace. The
-- last is of judged traces with a known cost, and of the calls that are asked about.
select
    value,
    key,
    count()            as judged,
    sum(scores)        as scores,
    countIf(is_good)   as good,
    countIf(is_good and paid_calls > 0)                       as good_paid,
    sumIf(exact, paid_calls > 0)                              as cost,
    sumForEach(arrayFlatten(arrayMap(
        (n, x, y) -> [n, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y],
        [1., 1., toFloat64(paid_calls > 0)],
        [sum_of_scores, toFloat64(is_good), paid],
        [toFloat64(scores), 1., toFloat64(is_good and paid_calls > 0)]
    ))) as moments
from (
    select
        value,
        key,
        trace,
        count()                    as scores,
        sum(score)                 as sum_of_scores,
        avg(score) >= {good_from:Float64} as is_good,
        any(of_trace)              as exact,
        toFloat64(ifNull(any(of_trace), 0)) as paid,
        any(priced)                as paid_calls
    from (
        select
            key,
            assumeNotNull(score) as score,
            multiIf(
                isNotNull(feedback.trace_id), assumeNotNull(feedback.trace_id),
                isNotNull(places.of_run), assumeNotNull(places.of_run),
                assumeNotNull(run_id)  -- said of a trace before its root is known
            ) as trace
        from feedback final
        left join (
            select id, toNullable(any(trace_id)) as of_run
            from runs
            where workspace = {workspace:UUID}
              and id in (
                  select assumeNotNull(run_id) from feedback final
                  where workspace = {workspace:UUID} and isNull(trace_id) and isNotNull(run_id) and isNotNull(score)
              )
            group by id
        ) as places on feedback.run_id = places.id
        where workspace = {workspace:UUID}
          and isNotNull(score)
          and isNotNull(run_id)
    ) as said
    inner join (
        select
            toString(by) as value,
            trace_id,
            sumIf(cost, billed)                      as of_trace,
            countIf(billed and cost is not null)     as priced
        from (
            select
                arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}])))) as by,
                trace_id,
                billed,
                cost
            from runs final
            where workspace = {workspace:UUID}
              and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
                   or key_time = toDateTime64(0, 6, 'UTC'))
              and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
              and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
              and /* filter */ 1
              and counted
              and trace_id in (
                  select assumeNotNull(trace_id) from feedback final
                  where workspace = {workspace:UUID} and isNotNull(trace_id) and isNotNull(score)
                  union distinct
                  select assumeNotNull(run_id) from feedback final
                  where workspace = {workspace:UUID} and isNotNull(run_id) and isNotNull(score)
                  union distinct
                  select trace_id from runs
                  where workspace = {workspace:UUID} and id in (
                      select assumeNotNull(run_id) from feedback final
                      where workspace = {workspace:UUID} and isNull(trace_id) and isNotNull(run_id)
                        and isNotNull(score)
                  )
              )
        )
        group by value, trace_id
    ) as traces on said.trace = traces.trace_id
    group by value, key, trace
)
group by value, key
order by judged desc, key, value
limit {limit:UInt32} by value
settings prefer_column_name_to_alias = 1
