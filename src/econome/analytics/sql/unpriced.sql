-- Which models made calls that have no price?
--
-- workspace     whose calls
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- limit         how many, those with most tokens first
select
    provider,
    model,
    service_tier                                                   as tier,
    count()                                                        as calls,
    sum(input_tokens)                                              as input,
    sum(output_tokens)                                             as output,
    min(started_at)                                                as first,
    max(started_at)                                                as last,
    arrayMap(x -> x.1, arrayFilter(x -> x.2 > 0, [
        ('uncached', sum(ifNull(uncached, 0))),
        ('cache_read', sum(ifNull(cache_read, 0))),
        ('cache_read_audio', sum(ifNull(cache_read_audio, 0))),
        ('cache_write_5m', sum(ifNull(cache_write_5m, 0))),
        ('cache_write_1h', sum(ifNull(cache_write_1h, 0))),
        ('audio_in', sum(ifNull(audio_in, 0))),
        ('image_in', sum(ifNull(image_in, 0))),
        ('video_in', sum(ifNull(video_in, 0))),
        ('text_out', sum(ifNull(text_out, 0))),
        ('reasoning', sum(ifNull(reasoning, 0))),
        ('audio_out', sum(ifNull(audio_out, 0))),
        ('image_out', sum(ifNull(image_out, 0)))
    ]))                                                            as buckets,
    groupUniqArrayArray(mapKeys(fees))                             as fees,
    count() over ()                                                as models
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and billed and usage_source not in ('unknown', '') and cost is null
  and /* filter */ 1
group by provider, model, tier
order by sum(ifNull(input_tokens, 0) + ifNull(output_tokens, 0)) desc, calls desc, provider, model, tier
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
