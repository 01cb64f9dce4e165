-- How many characters did a token of each model have, on the calls that reported their usage?
--
-- since  keys from then on
--
-- Only texts are compared: no pictures, no sound, no reasoning that was not shown.
select
    workspace,
    provider,
    model,
    count()                                                         as calls,
    sum(chars_system + chars_tools + chars_history + chars_retrieved + chars_tool_results + chars_user) as chars_sent,
    sum(input_tokens)                                               as tokens_sent,
    sumIf(chars_answer, text_out > 0 and chars_answer > 0)          as chars_generated,
    sumIf(text_out, text_out > 0 and chars_answer > 0)              as tokens_generated
from runs final
where key_time >= {since:DateTime64(6)}
  and usage_source = 'reported'
  and counted
  and input_tokens > 0
  and chars_system + chars_tools + chars_history + chars_retrieved + chars_tool_results + chars_user > 0
  and ifNull(audio_in, 0) = 0 and ifNull(image_in, 0) = 0 and ifNull(video_in, 0) = 0
group by workspace, provider, model
having calls >= 20
