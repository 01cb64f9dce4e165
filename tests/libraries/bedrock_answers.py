"""Bedrock's answers: converse, with a model of Anthropic's."""

from __future__ import annotations

from typing import Any

from libraries.answering import TOOL, WORDS, Reply, Talk, talk
from libraries.ledger import Call

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
Json = dict[str, Any]


def _used(kind: str, of: Talk) -> Call:
    if of.cached:
        return Call(kind, MODEL, 1510, 52, cache_read=1030, cache_write=310)
    if of.calls_tool:
        return Call(kind, MODEL, 430, 28)
    if of.has_result:
        return Call(kind, MODEL, 480, 38)
    return Call(kind, MODEL, 150, 33)


def converse(said: Json, identity: str) -> Reply:
    """POST /model/…/converse."""
    result = any("toolResult" in part for part in said["messages"][-1]["content"])
    of = talk(said["messages"], tools=said.get("toolConfig"), has_result=result)
    kind = f"{of.words}conversation"
    if of.fails:
        call = Call(f"failing {kind}", MODEL, told=False, failed=True)
        return Reply(400, {"message": "You asked me to fail"}, call=call)
    call = _used(kind, of)
    content: list[Json] = [{"text": "".join(WORDS)}]
    if of.calls_tool:
        use = {"toolUseId": f"tooluse_{identity[:22]}", "name": TOOL, "input": {"city": "Paris"}}
        content.append({"toolUse": use})
    usage = {
        "inputTokens": call.input - call.cache_read - call.cache_write,
        "outputTokens": call.output,
        "totalTokens": call.input + call.output,
        "cacheReadInputTokens": call.cache_read,
        "cacheWriteInputTokens": call.cache_write,
    }
    answer = {
        "metrics": {"latencyMs": 12},
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if of.calls_tool else "end_turn",
        "usage": usage,
    }
    return Reply(content=answer, call=call)
