-- What did some values of one dimension use in each of two spans, model by model?
--
-- workspace     whose runs
-- since, until  both spans lie in this half-open one
-- before_until  where the earlier span ends
-- now_since     where the later span starts
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     column to group by; of an array, each element is a value
-- second        another such column; workspace: none
-- unit          cost or tokens: which calls the sums are of, those with a cost or those with tokens
-- values, withins  the pairs that get rows of their own, one of each list; all else shares rows without a value
select
    value,
    within,
    is_now,
    provider,
    model,
    count()                                            as calls,
    countIf(is_known)                                  as known,
    countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced,
    countIf(not billed)                                as estimated,
    countIf(usage_source in ('unknown', ''))           as unknown,
    sumIf(cost, is_known)                              as cost,
    sumIf(input_cost, is_known)                        as input_cost,
    sumIf(output_cost, is_known)                       as output_cost,
    countIf(is_known and input_tokens is not null)     as with_input,
    countIf(is_known and output_tokens is not null)    as with_output,
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
        if(has(arrayZip({values:Array(String)}, {withins:Array(String)}), (raw_value, raw_within)), raw_value, null) as value,
        if(isNull(value), null, raw_within) as within,
        is_now,
        provider,
        model,
        billed,
        usage_source,
        is_known,
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
    from (
        select
            toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{dimension:Identifier}]))))) as raw_value,
            toString(arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([{second:Identifier}]))))) as raw_within,
            started_at >= {now_since:DateTime64(6)} as is_now,
            billed and if(
                {unit:String} = 'cost', cost is not null, input_tokens is not null or output_tokens is not null
            ) as is_known,
            provider,
            model,
            billed,
            usage_source,
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
          and (started_at < {before_until:DateTime64(6)} or started_at >= {now_since:DateTime64(6)})
          and counted
          and /* filter */ 1
        settings prefer_column_name_to_alias = 1
    )
)
group by value, within, is_now, provider, model
settings prefer_column_name_to_alias = 1
