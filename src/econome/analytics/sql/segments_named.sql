-- How many tokens lie up to the end of each segment of the prompts of these calls, by what made their cost?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- dimension     what a row is of: prompt, call_site, effective_prompt_version or toolset
-- names         their names, as texts
--
-- A call's text tokens are shared out by characters; each end is rounded down, so that the shares of a call
-- add up to its tokens. The order is the one in which providers see a prompt: tools, system, history, documents,
-- user, tools' results, and last what belongs to none, for the characters are not known. What was read from the
-- cache is taken to be the first of it, what was written to it the next, for an hour before for five minutes.
select
    toString({dimension:Identifier}) as name,
    price,
    count()         as calls,
    sum(input_cost) as input_cost,
    [sum(end_1), sum(end_2), sum(end_3), sum(end_4), sum(end_5), sum(end_6), sum(text)] as ends,
    [sum(least(read, end_1)), sum(least(read, end_2)), sum(least(read, end_3)), sum(least(read, end_4)),
     sum(least(read, end_5)), sum(least(read, end_6)), sum(read)] as read_ends,
    [sum(least(hour, end_1)), sum(least(hour, end_2)), sum(least(hour, end_3)), sum(least(hour, end_4)),
     sum(least(hour, end_5)), sum(least(hour, end_6)), sum(hour)] as hour_ends,
    [sum(least(written, end_1)), sum(least(written, end_2)), sum(least(written, end_3)), sum(least(written, end_4)),
     sum(least(written, end_5)), sum(least(written, end_6)), sum(written)] as written_ends,
    [sum(chars_tools), sum(chars_system), sum(chars_history), sum(chars_retrieved), sum(chars_user),
     sum(chars_tool_results)] as chars,
    sum(ifNull(cache_read_audio, 0)) as cache_read_audio,
    sum(ifNull(audio_in, 0))         as audio_in,
    sum(ifNull(image_in, 0))         as image_in,
    sum(ifNull(video_in, 0))         as video_in
from (
    select
        {dimension:Identifier},
        price,
        input_cost,
        chars_tools,
        chars_system,
        chars_history,
        chars_retrieved,
        chars_user,
        chars_tool_results,
        cache_read_audio,
        audio_in,
        image_in,
        video_in,
        ifNull(cache_read, 0)                              as read,
        read + ifNull(cache_write_1h, 0)                   as hour,
        hour + ifNull(cache_write_5m, 0)                   as written,
        written + ifNull(uncached, 0)                      as text,
        toUInt64(chars_tools)                              as until_1,
        until_1 + chars_system                             as until_2,
        until_2 + chars_history                            as until_3,
        until_3 + chars_retrieved                          as until_4,
        until_4 + chars_user                               as until_5,
        until_5 + chars_tool_results                       as until_6,
        greatest(until_6, 1)                               as whole,
        intDiv(text * until_1, whole)                      as end_1,
        intDiv(text * until_2, whole)                      as end_2,
        intDiv(text * until_3, whole)                      as end_3,
        intDiv(text * until_4, whole)                      as end_4,
        intDiv(text * until_5, whole)                      as end_5,
        intDiv(text * until_6, whole)                      as end_6
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and billed
      and input_tokens is not null
      and toString({dimension:Identifier}) in {names:Array(String)}
      and /* filter */ 1
)
group by {dimension:Identifier}, price
settings prefer_column_name_to_alias = 1
