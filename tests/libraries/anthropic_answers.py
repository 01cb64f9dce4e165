"""Anthropic's answers: messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from libraries.answering import TOOL, WORDS, Reply, Talk, event, talk
from libraries.ledger import Call

MODEL = "claude-sonnet-4-5-20250929"
_RATES = "claude-sonnet-4-5"
Json = dict[str, Any]


def _used(kind: str, of: Talk) -> Call:
    if of.cached:
        return Call(kind, _RATES, 1500, 50, cache_read=1024, cache_write=300)
    if of.thinks:
        return Call(kind, _RATES, 320, 800)  # thinking is in the output, and not counted apart
    if of.calls_tool:
        return Call(kind, _RATES, 410, 26)
    if of.has_result:
        return Call(kind, _RATES, 460, 36)
    return Call(kind, _RATES, 130, 31)


def messages(said: Json, identity: str) -> Reply:
    """POST /v1/messages."""
    last = said["messages"][-1]["content"]
    result = isinstance(last, list) and any(part.get("type") == "tool_result" for part in last)
    of = talk(said["messages"], tools=said.get("tools"), has_result=result)
    streamed = bool(said.get("stream"))
    kind = f"{of.words}message{' stream' if streamed else ''}"
    if of.fails:
        error = {"type": "invalid_request_error", "message": "You asked me to fail"}
        call = Call(f"failing {kind}", _RATES, told=False, failed=True)
        return Reply(400, {"type": "error", "error": error}, call=call)
    call = _used(kind, of)
    usage = {
        "input_tokens": call.input - call.cache_read - call.cache_write,
        "cache_creation_input_tokens": call.cache_write,
        "cache_read_input_tokens": call.cache_read,
        "cache_creation": {"ephemeral_5m_input_tokens": call.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": call.output,
        "service_tier": "standard",
    }
    content: list[Json] = [{"type": "text", "text": "".join(WORDS)}]
    if of.calls_tool:
        names = [tool["name"] for tool in said["tools"]]
        name = TOOL if TOOL in names else names[0]
        content.append(
            {"type": "tool_use", "id": f"toolu_{identity[:24]}", "name": name, "input": {"city": "Paris"}}
        )
    whole: Json = {
        "id": f"msg_{identity[:24]}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": "tool_use" if of.calls_tool else "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }
    if not streamed:
        return Reply(content=whole, call=call)
    return Reply(chunks=_events(whole), call=call)


def _events(whole: Json) -> list[str]:
    # Anthropic starts a stream with an output of a token or so, and ends it with the whole count.
    usage = whole["usage"]
    first = {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[Json] = [{"type": "message_start", "message": first}, {"type": "ping"}]
    for index, part in enumerate(whole["content"]):
        place = {"index": index}
        if part["type"] == "text":
            events.append(
                {"type": "content_block_start", **place, "content_block": {"type": "text", "text": ""}}
            )
            events += [
                {"type": "content_block_delta", **place, "delta": {"type": "text_delta", "text": word}}
                for word in WORDS
            ]
        else:
            events.append({"type": "content_block_start", **place, "content_block": {**part, "input": {}}})
            delta = {"type": "input_json_delta", "partial_json": json.dumps(part["input"])}
            events.append({"type": "content_block_delta", **place, "delta": delta})
        events.append({"type": "content_block_stop", **place})
    end = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    counts = {name: usage[name] for name in usage if name not in {"cache_creation", "service_tier"}}
    events.append({"type": "message_delta", "delta": end, "usage": counts})
    events.append({"type": "message_stop"})
    return [event(one, named=True) for one in events]


ROUTES: dict[str, Callable[[Json, str], Reply]] = {"/messages": messages}
