"""What each convention of usage may send, with what it bills: one generator each.

A convention without one fails the tests of the laws. Numbers are drawn as disjoint parts
and put together as the convention's sender does, so that what is billed is known without
asking the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st


@dataclass
class Sent:
    """A usage object, and the tokens and pieces that its sender bills for it."""

    usage: dict[str, Any]
    input: int | None
    output: int | None
    fees: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(
        default_factory=dict
    )  # all but `uncached` and `text_out`, which are the rest


Emitter = Callable[[st.DrawFn], Sent]
EMITTERS: dict[str, list[Emitter]] = {}
"""By the name of the convention that must be recognised."""

few = st.integers(0, 10**6)
some = st.integers(1, 10**6)


def emits(convention: str) -> Callable[[Emitter], Emitter]:
    def register(emitter: Emitter) -> Emitter:
        EMITTERS.setdefault(convention, []).append(emitter)
        return emitter

    return register


def sent_by(convention: str) -> st.SearchStrategy[Sent]:
    """Whatever senders of that convention may send."""
    return st.one_of([st.composite(emitter)() for emitter in EMITTERS[convention]])


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


@emits("litellm")
def litellm(draw: st.DrawFn) -> Sent:
    uncached, read, short, long, sound, pictures = (draw(few) for _ in range(6))
    text, reasoning, spoken, drawn = draw(some), draw(few), draw(few), draw(few)
    given, generated = uncached + read + short + long + sound + pictures, text + reasoning + spoken + drawn
    usage = {
        "prompt_tokens": given,
        "completion_tokens": generated,
        "total_tokens": given + generated,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": short + long,
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": spoken,
            "image_tokens": drawn,
        },
        "prompt_tokens_details": {
            "cached_tokens": read,
            "audio_tokens": sound,
            "image_tokens": pictures,
            "cache_creation_tokens": short + long,
            "cache_creation_token_details": {
                "ephemeral_5m_input_tokens": short,
                "ephemeral_1h_input_tokens": long,
            },
        },
    }
    parts_in = {"cache_read": read, "cache_write_5m": short, "cache_write_1h": long, "audio_in": sound}
    parts_out = {"image_in": pictures, "reasoning": reasoning, "audio_out": spoken, "image_out": drawn}
    return Sent(usage, given, generated, {}, {**parts_in, **parts_out})


@emits("langchain")
def langchain(draw: st.DrawFn) -> Sent:
    plain, read, short, long, sound, pictures = (draw(few) for _ in range(6))
    text, reasoning, spoken, drawn = draw(some), draw(few), draw(few), draw(few)
    given, generated = plain + read + short + long + sound + pictures, text + reasoning + spoken + drawn
    usage = {
        "input_tokens": given,
        "output_tokens": generated,
        "total_tokens": given + generated,
        "input_token_details": {
            "cache_read": read,
            "cache_creation": 0,
            "ephemeral_5m_input_tokens": short,
            "ephemeral_1h_input_tokens": long,
            "audio": sound,
            "image": pictures,
        },
        "output_token_details": {"reasoning": reasoning, "audio": spoken, "image": drawn},
    }
    parts_in = {"cache_read": read, "cache_write_5m": short, "cache_write_1h": long, "audio_in": sound}
    parts_out = {"image_in": pictures, "reasoning": reasoning, "audio_out": spoken, "image_out": drawn}
    return Sent(usage, given, generated, {}, {**parts_in, **parts_out})


@emits("langchain.js")
def langchain_js(draw: st.DrawFn) -> Sent:
    given, generated = draw(few), draw(some)
    usage = {"promptTokens": given, "completionTokens": generated, "totalTokens": given + generated}
    return Sent(usage, given, generated)


@emits("ai_sdk")
def ai_sdk_of_a_provider(draw: st.DrawFn) -> Sent:
    plain, read, written, text, reasoning = draw(few), draw(few), draw(few), draw(some), draw(few)
    given, generated = plain + read + written, text + reasoning
    usage = {
        "inputTokens": {"total": given, "noCache": plain, "cacheRead": read, "cacheWrite": written},
        "outputTokens": {"total": generated, "text": text, "reasoning": reasoning},
    }
    for side in draw(st.sampled_from([(), ("inputTokens",), ("outputTokens",)])):
        del usage[side]["total"]  # the parts tell it
    parts = {"cache_read": read, "cache_write_5m": written, "reasoning": reasoning}
    return Sent(usage, given, generated, {}, parts)


@emits("ai_sdk")
def ai_sdk_of_a_step(draw: st.DrawFn) -> Sent:
    plain, read, written, text, reasoning = draw(few), draw(few), draw(few), draw(some), draw(few)
    given, generated = plain + read + written, text + reasoning
    usage = {
        "inputTokens": given,
        "inputTokenDetails": {"noCacheTokens": plain, "cacheReadTokens": read, "cacheWriteTokens": written},
        "outputTokens": generated,
        "outputTokenDetails": {"textTokens": text, "reasoningTokens": reasoning},
        "totalTokens": given + generated,
        "cachedInputTokens": read,
        "reasoningTokens": reasoning,
    }
    for name in draw(
        st.sampled_from([(), ("outputTokenDetails",), ("cachedInputTokens", "reasoningTokens")])
    ):
        del usage[name]  # either tells the other
    parts = {"cache_read": read, "cache_write_5m": written, "reasoning": reasoning}
    return Sent(usage, given, generated, {}, parts)


@emits("ollama")
def ollama(draw: st.DrawFn) -> Sent:
    given, generated = draw(st.none() | few), draw(some)
    prompt = {} if given is None else {"prompt_eval_count": given}
    return Sent({"eval_count": generated, "eval_duration": 4_709_213_000, **prompt}, given, generated)


@emits("vllm")
def vllm(draw: st.DrawFn) -> Sent:
    plain, cached, generated = draw(few), draw(few), draw(some)
    usage = {"prompt_tokens": plain + cached, "completion_tokens": generated, "cached_tokens": cached}
    return Sent(usage, plain + cached, generated, {}, {"cache_read": cached})


@emits("llama.cpp")
def llama_cpp(draw: st.DrawFn) -> Sent:
    processed, cached, generated = draw(few), draw(few), draw(some)
    usage = {
        "tokens_evaluated": processed + cached,
        "tokens_predicted": generated,
        "tokens_cached": processed + cached + generated,
        "timings": {"prompt_n": processed, "cache_n": cached, "predicted_n": generated},
    }
    return Sent(usage, processed + cached, generated, {}, {"cache_read": cached})
