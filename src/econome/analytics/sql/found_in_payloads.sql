-- Which runs of one trace were given, or gave, a text?
--
-- workspace  whose trace
-- projects   runs in these projects; empty: in any
-- trace      its id
-- earliest   none of its runs has a key before this
-- sought     what is looked for, in any case
-- spellings  the same in the ways in which JSON may spell it
-- around     how many characters to show before it
-- length     how many to show in all
--
-- Half by half: what a patch has replaced is still found. Skipping by index under FINAL is exact here: no
-- version of a run changes its trace.
select
    id,
    spot.1 as place,
    substringUTF8(spot.2, greatest(1, toInt64(spot.3) - {around:UInt16}), {length:UInt16}) as excerpt
from (
    select
        id,
        arrayJoin(arrayFilter(
            found -> found.3 > 0,
            [
                ('inputs', inputs, multiSearchFirstPositionCaseInsensitiveUTF8(inputs, {spellings:Array(String)})),
                ('outputs', outputs, multiSearchFirstPositionCaseInsensitiveUTF8(outputs, {spellings:Array(String)})),
                ('error', error, positionCaseInsensitiveUTF8(error, {sought:String}))
            ]
        )) as spot
    from payloads final
    where workspace = {workspace:UUID}
      and (key_time, id) in (
          select key_time, id
          from runs final
          where workspace = {workspace:UUID}
            and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
            and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
            and trace_id = {trace:UUID}
      )
)
settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
