"""OpenAI's answers: chat completions, responses and embeddings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from libraries.answering import TOOL, WORDS, Reply, Talk, event, of_model, talk
from libraries.ledger import Call

MODEL = "gpt-4o-mini-2024-07-18"
EMBEDDING = "text-embedding-3-small"
Json = dict[str, Any]


def _usage(kind: str, of: Talk, *, told: bool = True) -> Call:
    """What a call of this kind uses; the responses API a little more than chat, to tell them apart."""
    more = 1 if "response" in kind else 0
    if of.cached:
        return Call(kind, "gpt-4o-mini", 2048 + more, 60, cache_read=1536, told=told)
    if of.thinks:
        return Call(kind, "gpt-4o-mini", 310 + more, 900, reasoning=640, told=told)
    if of.calls_tool:
        return Call(kind, "gpt-4o-mini", 400 + more, 25, told=told)
    if of.has_result:
        return Call(kind, "gpt-4o-mini", 450 + more, 35, told=told)
    return Call(kind, "gpt-4o-mini", 120 + more, 30, told=told)


def _refusal(kind: str) -> Reply:
    error = {"message": "You asked me to fail", "type": "invalid_request_error", "param": None, "code": None}
    return Reply(400, {"error": error}, call=Call(kind, "gpt-4o-mini", told=False, failed=True))


# --- chat completions ---------------------------------------------------------------------


def chat(said: Json, identity: str) -> Reply:
    """POST /v1/chat/completions."""
    messages = said["messages"]
    of = talk(messages, tools=said.get("tools"), has_result=messages[-1].get("role") == "tool")
    streamed = bool(said.get("stream"))
    kind = f"{of.words}chat{' stream' if streamed else ''}"
    if of.fails:
        return _refusal(f"failing {kind}")
    told = not streamed or bool((said.get("stream_options") or {}).get("include_usage"))
    call = _usage(kind if told else f"silent {kind}", of, told=told)
    usage = {
        "prompt_tokens": call.input,
        "completion_tokens": call.output,
        "total_tokens": call.input + call.output,
        "prompt_tokens_details": {"cached_tokens": call.cache_read, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": call.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    if streamed:
        return Reply(chunks=_chat_chunks(of, identity, usage if told else None), call=call)
    message: Json = {"role": "assistant", "content": "".join(WORDS), "refusal": None, "annotations": []}
    if of.calls_tool:
        message |= {"content": None, "tool_calls": [_tool_call(said, identity)]}
    reason = "tool_calls" if of.calls_tool else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
    return Reply(content=_completion("chat.completion", identity, [choice], usage=usage), call=call)


def _tool_call(said: Json, identity: str) -> Json:
    names = [tool["function"]["name"] for tool in said["tools"]]
    name = TOOL if TOOL in names else names[0]
    return {
        "id": f"call_{identity[:24]}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps({"city": "Paris"})},
    }


def _chat_chunks(of: Talk, identity: str, usage: Json | None) -> list[str]:
    rest: Json = {} if usage is None else {"usage": None}

    def chunk(delta: Json, reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return _completion("chat.completion.chunk", identity, [choice], **rest)

    chunks = [chunk({"role": "assistant", "content": "", "refusal": None})]
    if of.calls_tool:
        call = {"id": f"call_{identity[:24]}", "type": "function", "index": 0}
        chunks += [
            chunk({"tool_calls": [{**call, "function": {"name": TOOL, "arguments": ""}}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"city":'}}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": ' "Paris"}'}}]}),
        ]
    else:
        chunks += [chunk({"content": word}) for word in WORDS]
    chunks.append(chunk({}, "tool_calls" if of.calls_tool else "stop"))
    if usage is not None:
        chunks.append(_completion("chat.completion.chunk", identity, [], usage=usage))
    return [*map(event, chunks), "data: [DONE]\n\n"]


def _completion(kind: str, identity: str, choices: list[Json], **rest: Any) -> Json:
    return {
        "id": f"chatcmpl-{identity}",
        "object": kind,
        "created": 1_790_000_000,
        "model": MODEL,
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
        "choices": choices,
        **rest,
    }


# --- responses ----------------------------------------------------------------------------


def responses(said: Json, identity: str) -> Reply:
    """POST /v1/responses."""
    given = said.get("input")
    items = given if isinstance(given, list) else []
    result = bool(items) and items[-1].get("type") == "function_call_output"
    of = talk(given, tools=said.get("tools"), has_result=result)
    streamed = bool(said.get("stream"))
    kind = f"{of.words}response{' stream' if streamed else ''}"
    if of.fails:
        return _refusal(f"failing {kind}")
    call = _usage(kind, of)
    whole = _response(said, of, identity, call)
    if not streamed:
        return Reply(content=whole, call=call)
    return Reply(chunks=_response_events(whole), call=call)


def _response(said: Json, of: Talk, identity: str, call: Call) -> Json:
    item: Json = {
        "id": f"msg_{identity}",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "".join(WORDS), "annotations": [], "logprobs": []}],
    }
    if of.calls_tool:
        names = [tool.get("name") for tool in said["tools"]]
        item = {
            "id": f"fc_{identity}",
            "type": "function_call",
            "status": "completed",
            "call_id": f"call_{identity[:24]}",
            "name": TOOL if TOOL in names else names[0],
            "arguments": json.dumps({"city": "Paris"}),
        }
    return {
        "id": f"resp_{identity}",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": said.get("instructions"),
        "max_output_tokens": None,
        "metadata": {},
        "model": MODEL,
        "output": [item],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": said.get("tools") or [],
        "top_p": 1.0,
        "truncation": "disabled",
        "user": None,
        "usage": {
            "input_tokens": call.input,
            "input_tokens_details": {"cached_tokens": call.cache_read},
            "output_tokens": call.output,
            "output_tokens_details": {"reasoning_tokens": call.reasoning},
            "total_tokens": call.input + call.output,
        },
    }


def _response_events(whole: Json) -> list[str]:
    item = whole["output"][0]
    started = {**whole, "status": "in_progress", "output": [], "usage": None}
    place = {"item_id": item["id"], "output_index": 0}
    events: list[Json] = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
    ]
    if item["type"] == "message":
        part = item["content"][0]
        empty = {**item, "status": "in_progress", "content": []}
        events.append({"type": "response.output_item.added", "output_index": 0, "item": empty})
        place |= {"content_index": 0}
        events.append({"type": "response.content_part.added", **place, "part": {**part, "text": ""}})
        events += [
            {"type": "response.output_text.delta", **place, "delta": word, "logprobs": []} for word in WORDS
        ]
        events.append({"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []})
        events.append({"type": "response.content_part.done", **place, "part": part})
    else:
        empty = {**item, "status": "in_progress", "arguments": ""}
        events.append({"type": "response.output_item.added", "output_index": 0, "item": empty})
        done = {"arguments": item["arguments"], "name": item["name"]}
        events.append({"type": "response.function_call_arguments.delta", **place, "delta": item["arguments"]})
        events.append({"type": "response.function_call_arguments.done", **place, **done})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return [event({**one, "sequence_number": number}, named=True) for number, one in enumerate(events)]


# --- embeddings ---------------------------------------------------------------------------


def embeddings(said: Json, identity: str) -> Reply:  # noqa: ARG001 - embeddings have no id
    """POST /v1/embeddings."""
    texts = said["input"] if isinstance(said["input"], list) else [said["input"]]
    call = Call("embeddings", of_model(EMBEDDING), input=16)
    # Base64 is what the real client asks for unless numpy is missing: four floats of zero.
    vector: Any = (
        "AAAAAAAAAAAAAAAAAAAAAA==" if said.get("encoding_format") == "base64" else [0.1, 0.2, 0.3, 0.4]
    )
    rows = [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(texts))]
    usage = {"prompt_tokens": call.input, "total_tokens": call.input}
    return Reply(content={"object": "list", "data": rows, "model": EMBEDDING, "usage": usage}, call=call)


ROUTES: dict[str, Callable[[Json, str], Reply]] = {
    "/chat/completions": chat,
    "/responses": responses,
    "/embeddings": embeddings,
}
