-- What did each model use and cost, day by day, and how much of that is known?
--
-- workspace     whose calls
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- zone          whose days
-- stated        the price of costs that apps stated themselves
select
    toDate(toTimeZone(started_at, {zone:String})) as day,
    provider,
    model,
    countIf(counted)                         as calls,
    sumIf(uncached, billed)                  as uncached,
    sumIf(cache_read, billed)                as cache_read,
    sumIf(cache_read_audio, billed)          as cache_read_audio,
    sumIf(cache_write_5m, billed)            as cache_write_5m,
    sumIf(cache_write_1h, billed)            as cache_write_1h,
    sumIf(audio_in, billed)                  as audio_in,
    sumIf(image_in, billed)                  as image_in,
    sumIf(video_in, billed)                  as video_in,
    sumIf(text_out, billed)                  as text_out,
    sumIf(reasoning, billed)                 as reasoning,
    sumIf(audio_out, billed)                 as audio_out,
    sumIf(image_out, billed)                 as image_out,
    sumMapIf(fees, billed)                   as fees,
    sumIf(cost, billed)                      as cost,
    sumIf(fee_cost, billed)                  as fee_cost,
    countIf(billed and usage_source = 'counted')         as counted_calls,
    countIf(counted and usage_source = 'estimated')      as estimated_calls,
    countIf(counted and usage_source in ('unknown', '')) as unknown_calls,
    countIf(billed and usage_source not in ('unknown', '') and cost is null) as unpriced_calls,
    countIf(uncounted != '')                 as uncounted_calls,
    countIf(billed and cost_reported is not null and price = {stated:UUID}) as stated_calls
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and usage_source != ''
group by day, provider, model
order by day, provider, model
settings prefer_column_name_to_alias = 1
