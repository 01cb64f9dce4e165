-- What did the counted runs from each of these downwards use, price by price?
--
-- workspace  whose runs
-- projects   counting runs in these projects; empty: in any
-- nodes      the runs, by their ids
-- traces     the traces that they are in
-- earliest   no run of those traces has a key before this
--
-- A run without a dotted order is below its parent and its root only.
-- Skipping by index under FINAL is exact here: no version of a run changes its trace.
select
    node,
    price,
    count()            as calls,
    sum(uncached)       as uncached,
    sum(cache_read)     as cache_read,
    sum(cache_read_audio) as cache_read_audio,
    sum(cache_write_5m) as cache_write_5m,
    sum(cache_write_1h) as cache_write_1h,
    sum(audio_in)       as audio_in,
    sum(image_in)       as image_in,
    sum(video_in)       as video_in,
    sum(text_out)       as text_out,
    sum(reasoning)      as reasoning,
    sum(audio_out)      as audio_out,
    sum(image_out)      as image_out,
    sum(input_tokens)   as input_tokens,
    sum(output_tokens)  as output_tokens,
    sum(cost)           as cost,
    sum(input_cost)     as input_cost,
    sum(output_cost)    as output_cost
from (
    select
        arrayJoin(arrayFilter(
            ancestor -> has({nodes:Array(UUID)}, ancestor),
            if(dotted_order = '',
               arrayDistinct([id, ifNull(parent_id, id), trace_id]),
               arrayDistinct(arrayConcat([id], arrayMap(s -> toUUIDOrZero(substring(s, position(s, 'Z') + 1)),
                                                        splitByChar('.', dotted_order)))))
        )) as node,
        price, uncached, cache_read, cache_read_audio, cache_write_5m, cache_write_1h, audio_in, image_in,
        video_in, text_out, reasoning,
        audio_out, image_out, input_tokens, output_tokens, cost, input_cost, output_cost
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {earliest:DateTime64(6)} or key_time = toDateTime64(0, 6, 'UTC'))
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and trace_id in {traces:Array(UUID)}
      and billed
    settings use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
)
group by node, price
settings prefer_column_name_to_alias = 1
