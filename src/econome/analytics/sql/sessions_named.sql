-- What did these conversations use in the scope, and how did their context grow?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- sessions      their names
-- points        of how many turns to tell the context: of more, at even distances, both ends among them
--
-- A turn is a trace. Its context is the input of the largest call in it; how it grows is the slope of the
-- line of least squares through all known contexts over the number of their turn, of three turns or more.
--
-- Where the rows of these names lie is found on three columns, in every version of a row: more than there
-- is costs nothing, and the wide columns are then read where they are, a fifth of the work.
select
    runs, calls, input_tokens, output_tokens, cost, priced_calls, unpriced_calls, reported_calls,
    counted_calls, estimated_calls, unknown_calls, settling_calls, marked_calls, estimated_cost,
    estimated_input_tokens, estimated_output_tokens,
    name, turns, errors, failed_calls, first_at, last_at, users, models,
    arrayMap(
        at -> in_order[at].3,
        if(
            turns <= {points:UInt32},
            arrayEnumerate(in_order),
            arrayMap(at -> 1 + intDiv(at * (turns - 1), {points:UInt32} - 1), range({points:UInt32}))
        )
    ) as contexts,
    length(arrayFilter(at -> isNotNull(in_order[at].3), arrayEnumerate(in_order)) as places) as known_turns,
    if(
        known_turns < 3,
        null,
        arrayReduce(
            'simpleLinearRegression', places, arrayMap(at -> assumeNotNull(in_order[at].3), places)
        ).1
    ) as growth
from (
    select
        name,
        sum(runs)                                           as runs,
        sum(calls)                                          as calls,
        sum(input_tokens)                                   as input_tokens,
        sum(output_tokens)                                  as output_tokens,
        sum(cost)                                           as cost,
        sum(priced_calls)                                   as priced_calls,
        sum(unpriced_calls)                                 as unpriced_calls,
        sum(reported_calls)                                 as reported_calls,
        sum(counted_calls)                                  as counted_calls,
        sum(estimated_calls)                                as estimated_calls,
        sum(unknown_calls)                                  as unknown_calls,
        sum(settling_calls)                                 as settling_calls,
        sum(marked_calls)                                   as marked_calls,
        sum(estimated_cost)                                 as estimated_cost,
        sum(estimated_input_tokens)                         as estimated_input_tokens,
        sum(estimated_output_tokens)                        as estimated_output_tokens,
        sum(errors)                                         as errors,
        sum(failed_calls)                                   as failed_calls,
        count()                                             as turns,
        min(started)                                        as first_at,
        max(last)                                           as last_at,
        arraySort(groupUniqArrayArray(users))               as users,
        arraySort(groupUniqArrayArray(models))              as models,
        arraySort(groupArray((started, trace_id, context))) as in_order
    from (
        select
            effective_session as name,
            trace_id,
            count()                                                as runs,
            countIf(counted)                                       as calls,
            sumIf(input_tokens, billed)                            as input_tokens,
            sumIf(output_tokens, billed)                           as output_tokens,
            sumIf(cost, billed)                                    as cost,
            countIf(billed and usage_source not in ('unknown', '') and cost is not null) as priced_calls,
            countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
            countIf(counted and usage_source = 'reported')         as reported_calls,
            countIf(counted and usage_source = 'counted')          as counted_calls,
            countIf(counted and usage_source = 'estimated')        as estimated_calls,
            countIf(counted and usage_source in ('unknown', ''))   as unknown_calls,
            countIf(counted and status = 'pending')                as settling_calls,
            countIf(counted and notEmpty(notes))                   as marked_calls,
            sumIf(cost, counted and not billed)                    as estimated_cost,
            sumIf(input_tokens, counted and not billed)            as estimated_input_tokens,
            sumIf(output_tokens, counted and not billed)           as estimated_output_tokens,
            countIf(parent_id is null and status = 'error')        as errors,
            countIf(counted and status = 'error')                  as failed_calls,
            min(started_at)                                        as started,
            max(started_at)                                        as last,
            maxIf(input_tokens, billed)                            as context,
            groupUniqArrayIf(effective_user, effective_user != '') as users,
            groupUniqArrayIf(model, counted and model != '')       as models
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
               or key_time = toDateTime64(0, 6, 'UTC'))
          and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and key_time in (
              select key_time
              from runs
              where workspace = {workspace:UUID}
                and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
                     or key_time = toDateTime64(0, 6, 'UTC'))
                and (session in {sessions:Array(String)} or inherited_session in {sessions:Array(String)})
          )
          and effective_session in {sessions:Array(String)}
          and /* filter */ 1
        group by effective_session, trace_id
        settings prefer_column_name_to_alias = 1
    )
    group by name
    settings prefer_column_name_to_alias = 1
)
