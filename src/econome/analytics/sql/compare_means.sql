-- How do cost, tokens and failures scatter over the traces of each value of a dimension?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- limit         how many values, those with most calls
--
-- Seven measures, in this order: cost per call, cost per trace, cost per token, input per call, output per
-- call, cached input of input, failed of ended calls. Each is a ratio of two amounts, x and y, and has ten
-- moments: the traces that have any y, the sums of x and y over these, of their products of two, and of three.
-- They are floats, for intervals only: what is exact is asked elsewhere.
select
    value,
    count()                  as traces,
    sum(all_calls)           as calls,
    sum(exact)               as cost,
    sum(priced)              as priced_calls,
    sum(estimated)           as estimated_calls,
    sumForEach(arrayFlatten(arrayMap(
        (x, y) -> [toFloat64(y > 0), x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y],
        [paid, paid, paid_for_tokens, given, generated, cached, failed],
        [paid_calls, toFloat64(paid_calls > 0), paid_tokens, given_calls, generated_calls, cacheable, ended_calls]
    ))) as moments
from (
    select
        toString(by) as value,
        count()                                                      as all_calls,
        sumIf(cost, billed)                                          as exact,
        countIf(billed and cost is not null)                         as priced,
        countIf(not billed)                                          as estimated,
        toFloat64(countIf(status != 'pending'))                      as ended_calls,
        toFloat64(countIf(status = 'error'))                         as failed,
        sumIf(toFloat64(ifNull(cost, 0)), billed)                    as paid,
        toFloat64(priced)                                            as paid_calls,
        sumIf(toFloat64(ifNull(cost, 0)), is_whole)                  as paid_for_tokens,
        sumIf(toFloat64(tokens), is_whole)                           as paid_tokens,
        sumIf(toFloat64(ifNull(input_tokens, 0)), billed)            as given,
        toFloat64(countIf(billed and input_tokens is not null))      as given_calls,
        sumIf(toFloat64(ifNull(output_tokens, 0)), billed)           as generated,
        toFloat64(countIf(billed and output_tokens is not null))     as generated_calls,
        sumIf(toFloat64(from_cache), is_cacheable)                    as cached,
        sumIf(toFloat64(ifNull(input_tokens, 0)), is_cacheable)       as cacheable
    from (
        select
            arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}])))) as by,
            trace_id,
            status,
            billed,
            cost,
            input_tokens,
            output_tokens,
            ifNull(input_tokens, 0) + ifNull(output_tokens, 0)       as tokens,
            ifNull(cache_read, 0) + ifNull(cache_read_audio, 0)      as from_cache,
            billed and cost is not null and (input_tokens is not null or output_tokens is not null) as is_whole,
            billed and input_tokens is not null and cache_read is not null as is_cacheable
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
               or key_time = toDateTime64(0, 6, 'UTC'))
          and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and /* filter */ 1
          and counted
    )
    group by value, trace_id
)
group by value
order by calls desc, value
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
