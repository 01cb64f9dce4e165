-- Which runs of one trace have a text in their name, their model, their labels or their error?
--
-- workspace  whose trace
-- projects   runs in these projects; empty: in any
-- trace      its id
-- earliest   none of its runs has a key before this
-- sought     what is looked for, in any case
-- around     how many characters to show before it
-- length     how many to show in all
--
-- Skipping by index under FINAL is exact here: no version of a run changes its trace.
select
    id,
    spot.1 as place,
    substringUTF8(spot.2, greatest(1, toInt64(spot.3) - {around:UInt16}), {length:UInt16}) as excerpt
from (
    select
        id,
        arrayJoin(arrayFilter(
            found -> found.3 > 0,
            arrayMap(
                (name, value) -> (name, value, positionCaseInsensitiveUTF8(value, {sought:String})),
                ['name', 'model', 'user', 'session', 'tags', 'metadata', 'error'],
                [
                    name, model, user, session, arrayStringConcat(tags, ' · '),
                    arrayStringConcat(arrayMap((key, value) -> concat(key, ': ', value), mapKeys(metadata), mapValues(metadata)), ' · '),
                    error
                ]
            )
        )) as spot
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and trace_id = {trace:UUID}
)
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
