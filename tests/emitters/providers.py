"""What providers answer themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from emitters.registry import Sent, emits, few, some


def _openai(draw: st.DrawFn, *, reasoning_outside: bool = False) -> Sent:
    """OpenAI's chat completions, with some of the details that models give."""
    plain, cached, sound, pictures, written = (draw(few) for _ in range(5))
    text, reasoning, spoken = draw(some), draw(few), draw(few)
    given = plain + cached + sound + pictures + written
    generated = text + reasoning + spoken
    usage: dict[str, Any] = {
        "prompt_tokens": given,
        "completion_tokens": generated - (reasoning if reasoning_outside else 0),
        "prompt_tokens_details": {
            "cached_tokens": cached,
            "audio_tokens": sound,
            "image_tokens": pictures,
            "cache_write_tokens": written,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": spoken,
            "rejected_prediction_tokens": text // 2,
        },
        "total_tokens": given + generated,
    }
    parts = {"cache_read": cached, "audio_in": sound, "image_in": pictures, "cache_write_5m": written}
    return Sent(usage, given, generated, {}, {**parts, "reasoning": reasoning, "audio_out": spoken})


@emits("openai.chat")
def openai_chat(draw: st.DrawFn) -> Sent:
    return _openai(draw)


@emits("openai.chat")
def azure_without_details(draw: st.DrawFn) -> Sent:
    given, generated = draw(few), draw(some)
    usage = {"prompt_tokens": given, "completion_tokens": generated, "total_tokens": given + generated}
    return Sent(usage, given, generated)


@emits("openai.responses")
def openai_responses(draw: st.DrawFn) -> Sent:
    plain, cached, short, long = (draw(few) for _ in range(4))
    text, reasoning = draw(some), draw(few)
    given, generated = plain + cached + short + long, text + reasoning
    usage = {
        "input_tokens": given,
        "input_tokens_details": {
            "cached_tokens": cached,
            "cache_write_tokens": short + long,
            "cache_write_tokens_details": {"ttl_30m_tokens": short, "ttl_12h_tokens": long},
        },
        "output_tokens": generated,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": given + generated,
    }
    parts = {"cache_read": cached, "cache_write_5m": short, "cache_write_1h": long, "reasoning": reasoning}
    return Sent(usage, given, generated, {}, parts)


@emits("openai.responses")
def openai_realtime(draw: st.DrawFn) -> Sent:
    text, sound, cached_text, cached_sound = (draw(few) for _ in range(4))
    written, spoken = draw(few), draw(some)
    given, generated = text + sound + cached_text + cached_sound, written + spoken
    usage = {
        "input_tokens": given,
        "output_tokens": generated,
        "total_tokens": given + generated,
        "input_token_details": {
            "text_tokens": text + cached_text,
            "audio_tokens": sound + cached_sound,
            "cached_tokens": cached_text + cached_sound,
            "cached_tokens_details": {"text_tokens": cached_text, "audio_tokens": cached_sound},
        },
        "output_token_details": {"text_tokens": written, "audio_tokens": spoken},
    }
    cached = {"cache_read": cached_text, "cache_read_audio": cached_sound}
    return Sent(usage, given, generated, {}, {**cached, "audio_in": sound, "audio_out": spoken})


@emits("anthropic.messages")
def anthropic(draw: st.DrawFn) -> Sent:
    uncached, read, short, long, searches = (draw(few) for _ in range(5))
    text, thinking = draw(some), draw(few)
    usage = {
        "input_tokens": uncached,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "output_tokens": text + thinking,
        "output_tokens_details": {"thinking_tokens": thinking},
        "server_tool_use": {"web_search_requests": searches, "web_fetch_requests": draw(few)},
        "service_tier": draw(st.sampled_from(["standard", "priority", "batch"])),
    }
    fees = {"web_search": searches} if searches else {}
    parts = {"cache_read": read, "cache_write_5m": short, "cache_write_1h": long, "reasoning": thinking}
    return Sent(usage, uncached + read + short + long, text + thinking, fees, parts)


def _gemini(draw: st.DrawFn, name: Callable[[str], str]) -> Sent:
    text, sound, pictures, films, papers = (draw(few) for _ in range(5))
    cached_text, cached_sound, tools, heard = draw(few), draw(few), draw(few), draw(few)
    answer, spoken, thoughts = draw(some), draw(few), draw(few)
    prompt = text + sound + pictures + films + papers + cached_text + cached_sound

    def by_modality(**tokens: int) -> list[dict[str, Any]]:
        return [{"modality": modality, name("tokenCount"): many} for modality, many in tokens.items()]

    usage = {
        name("promptTokenCount"): prompt,
        name("cachedContentTokenCount"): cached_text + cached_sound,
        name("candidatesTokenCount"): answer + spoken,
        name("thoughtsTokenCount"): thoughts,
        name("toolUsePromptTokenCount"): tools + heard,
        name("totalTokenCount"): prompt + tools + heard + answer + spoken + thoughts,
        name("promptTokensDetails"): by_modality(
            TEXT=text + cached_text, AUDIO=sound + cached_sound, IMAGE=pictures, VIDEO=films, DOCUMENT=papers
        ),
        name("cacheTokensDetails"): by_modality(TEXT=cached_text, AUDIO=cached_sound),
        name("candidatesTokensDetails"): by_modality(TEXT=answer, AUDIO=spoken),
        name("toolUsePromptTokensDetails"): by_modality(TEXT=tools, AUDIO=heard),
    }
    parts = {
        "cache_read": cached_text,
        "cache_read_audio": cached_sound,
        "audio_in": sound + heard,
        "image_in": pictures,
        "video_in": films,
        "reasoning": thoughts,
        "audio_out": spoken,
    }
    return Sent(usage, prompt + tools + heard, answer + spoken + thoughts, {}, parts)


@emits("gemini.generate_content")
def gemini_camel(draw: st.DrawFn) -> Sent:
    return _gemini(draw, lambda name: name)


@emits("gemini.generate_content")
def gemini_snake(draw: st.DrawFn) -> Sent:
    return _gemini(draw, lambda name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name))


@emits("bedrock.converse")
def bedrock(draw: st.DrawFn) -> Sent:
    uncached, read, short, long, generated = draw(few), draw(few), draw(few), draw(few), draw(some)
    given = uncached + read + short + long
    usage = {
        "inputTokens": uncached,
        "outputTokens": generated,
        "totalTokens": given + generated,
        "cacheReadInputTokens": read,
        "cacheWriteInputTokens": short + long,
        "cacheDetails": [{"ttl": "1h", "inputTokens": long}, {"ttl": "5m", "inputTokens": short}],
    }
    parts = {"cache_read": read, "cache_write_5m": short, "cache_write_1h": long}
    return Sent(usage, given, generated, {}, parts)


@emits("bedrock.converse")
def bedrock_invocation(draw: st.DrawFn) -> Sent:
    uncached, read, written, generated = draw(few), draw(few), draw(few), draw(some)
    usage = {
        "inputTokenCount": uncached,
        "outputTokenCount": generated,
        "cacheReadInputTokenCount": read,
        "cacheWriteInputTokenCount": written,
    }
    return Sent(
        usage, uncached + read + written, generated, {}, {"cache_read": read, "cache_write_5m": written}
    )


@emits("bedrock.converse")
def claude_code(draw: st.DrawFn) -> Sent:
    uncached, read, written, generated, searches = draw(few), draw(few), draw(few), draw(some), draw(some)
    usage = {
        "inputTokens": uncached,
        "outputTokens": generated,
        "cacheReadInputTokens": read,
        "cacheCreationInputTokens": written,
        "webSearchRequests": searches,
    }
    parts = {"cache_read": read, "cache_write_5m": written}
    return Sent(usage, uncached + read + written, generated, {"web_search": searches}, parts)


@emits("mistral.chat")
def mistral(draw: st.DrawFn) -> Sent:
    given, generated, seconds = draw(few), draw(some), draw(few)
    usage = {
        "prompt_tokens": given,
        "completion_tokens": generated,
        "total_tokens": given + generated,
        "prompt_audio_seconds": seconds,
    }
    return Sent(usage, given, generated, {"audio_second": seconds} if seconds else {})


@emits("mistral.chat")
def mistral_with_a_cache(draw: st.DrawFn) -> Sent:
    plain, cached, generated = draw(few), draw(few), draw(some)
    usage = {"prompt_tokens": plain + cached, "completion_tokens": generated, "num_cached_tokens": cached}
    return Sent(usage, plain + cached, generated, {}, {"cache_read": cached})


@emits("deepseek.chat")
def deepseek(draw: st.DrawFn) -> Sent:
    hit, missed, text, reasoning = draw(few), draw(few), draw(some), draw(few)
    usage = {
        "prompt_tokens": hit + missed,
        "completion_tokens": text + reasoning,
        "total_tokens": hit + missed + text + reasoning,
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": missed,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    for name in draw(st.sampled_from([(), ("prompt_cache_hit_tokens",), ("prompt_tokens",)])):
        del usage[name]  # either tells the other
    parts = {"cache_read": hit, "reasoning": reasoning}
    return Sent(usage, hit + missed, text + reasoning, {}, parts)


@emits("xai.chat")
def xai(draw: st.DrawFn) -> Sent:
    sent = _openai(draw, reasoning_outside=True)
    sources = draw(few)
    sent.usage["num_sources_used"] = sources
    sent.fees = {"web_search": sources} if sources else {}
    return sent


@emits("cohere.chat")
def cohere(draw: st.DrawFn) -> Sent:
    billed, preamble, generated = draw(few), draw(few), draw(some)
    usage = {
        "billed_units": {"input_tokens": float(billed), "output_tokens": float(generated)},
        "tokens": {"input_tokens": float(billed + preamble), "output_tokens": float(generated)},
    }
    return Sent(usage, billed, generated)


@emits("groq.chat")
def groq(draw: st.DrawFn) -> Sent:
    sent = _openai(draw)
    sent.usage.update(queue_time=0.03, prompt_time=0.001, completion_time=0.4, total_time=0.401)
    return sent


@emits("openrouter.chat")
def openrouter(draw: st.DrawFn) -> Sent:
    sent = _openai(draw)
    sent.usage.update(cost=0.95, is_byok=False, cost_details={"upstream_inference_cost": None})
    return sent


@emits("openrouter.chat")
def openrouter_record(draw: st.DrawFn) -> Sent:
    plain, cached, text, reasoning = draw(few), draw(few), draw(some), draw(few)
    usage = {
        "native_tokens_prompt": plain + cached,
        "native_tokens_completion": text + reasoning,
        "native_tokens_cached": cached,
        "native_tokens_reasoning": reasoning,
        "tokens_prompt": 7,
        "tokens_completion": 8,
    }
    return Sent(usage, plain + cached, text + reasoning, {}, {"cache_read": cached, "reasoning": reasoning})
