-- How many characters did a token of each model have, on the calls that reported their usage?
--
-- since  keys from then on
--
-- Only texts are compared: no pictures, no sound; and no answer that took reasoning, for how much of
-- that was shown is not known.
with ifNull(text_out, 0) > 0 and chars_answer > 0
     and ifNull(reasoning, 0) = 0 and ifNull(audio_out, 0) = 0 as has_answer
select
    workspace,
    provider,
    model,
    count()                                                         as calls,
    countIf(has_answer)                                             as answers,
    sum(chars_system + chars_tools + chars_history + chars_retrieved + chars_tool_results + chars_user) as chars_sent,
    sum(input_tokens)                                               as tokens_sent,
    sumIf(chars_answer, has_answer)                                 as chars_generated,
    sumIf(text_out, has_answer)                                     as tokens_generated
from runs final
where key_time >= {since:DateTime64(6)}
  and usage_source = 'reported'
  and counted
  and input_tokens > 0
  and chars_system + chars_tools + chars_history + chars_retrieved + chars_tool_results + chars_user > 0
  and ifNull(audio_in, 0) = 0 and ifNull(image_in, 0) = 0 and ifNull(video_in, 0) = 0
group by workspace, provider, model
having calls >= 20
