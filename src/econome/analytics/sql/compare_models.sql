-- What did the calls of each model use and cost?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- Known are the calls with a cost, and the sums are of those; whole are those that tell their tokens too.
select
    provider,
    model,
    count()                                            as calls,
    countIf(is_known)                                  as known,
    countIf(is_whole)                                  as whole,
    sumIf(cost, is_known)                              as cost,
    sumIf(input_cost, is_known)                        as input_cost,
    sumIf(output_cost, is_known)                       as output_cost,
    sumIf(cost, is_whole)                              as whole_cost,
    sumIf(ifNull(input_tokens, 0), is_known)           as input,
    sumIf(ifNull(output_tokens, 0), is_known)          as output,
    sumIf(ifNull(uncached, 0), is_known)               as uncached,
    sumIf(ifNull(cache_read, 0), is_known)             as cache_read,
    sumIf(ifNull(cache_read_audio, 0), is_known)       as cache_read_audio,
    sumIf(ifNull(cache_write_5m, 0), is_known)         as cache_write_5m,
    sumIf(ifNull(cache_write_1h, 0), is_known)         as cache_write_1h,
    sumIf(ifNull(audio_in, 0), is_known)               as audio_in,
    sumIf(ifNull(image_in, 0), is_known)               as image_in,
    sumIf(ifNull(video_in, 0), is_known)               as video_in,
    argMaxIf(price, started_at, is_known)              as price
from (
    select
        billed and cost is not null as is_known,
        is_known and (input_tokens is not null or output_tokens is not null) as is_whole,
        provider,
        model,
        cost,
        input_cost,
        output_cost,
        input_tokens,
        output_tokens,
        uncached,
        cache_read,
        cache_read_audio,
        cache_write_5m,
        cache_write_1h,
        audio_in,
        image_in,
        video_in,
        price,
        started_at
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and /* filter */ 1
      and counted
)
group by provider, model
order by provider, model
settings prefer_column_name_to_alias = 1
