"""What frameworks, gateways and local servers make of it."""

from __future__ import annotations

from hypothesis import strategies as st

from emitters.registry import Sent, emits, few, some


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
