"""Gemini's answers: generateContent, whole and as a stream."""

from __future__ import annotations

import json
from typing import Any

from libraries.answering import TOOL, WORDS, Reply, Talk, talk
from libraries.ledger import Call

MODEL = "gemini-2.5-flash"
Json = dict[str, Any]


def _used(kind: str, of: Talk) -> Call:
    if of.cached:
        return Call(kind, MODEL, 2060, 61, cache_read=1540)
    if of.thinks:
        return Call(kind, MODEL, 330, 910, reasoning=650)
    if of.calls_tool:
        return Call(kind, MODEL, 420, 27)
    if of.has_result:
        return Call(kind, MODEL, 470, 37)
    return Call(kind, MODEL, 140, 32)


def generate(said: Json, identity: str, *, streamed: bool) -> Reply:
    """POST /v1beta/models/…:generateContent or :streamGenerateContent."""
    contents = said["contents"]
    result = any("functionResponse" in part for part in contents[-1]["parts"])
    of = talk(contents, tools=said.get("tools"), has_result=result)
    kind = f"{of.words}generation{' stream' if streamed else ''}"
    if of.fails:
        error = {"code": 400, "message": "You asked me to fail", "status": "INVALID_ARGUMENT"}
        return Reply(400, {"error": error}, call=Call(f"failing {kind}", MODEL, told=False, failed=True))
    call = _used(kind, of)
    usage: Json = {
        "promptTokenCount": call.input,
        "candidatesTokenCount": call.output - call.reasoning,  # thoughts stand beside, not inside
        "totalTokenCount": call.input + call.output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": call.input}],
    }
    if call.cache_read:
        usage["cachedContentTokenCount"] = call.cache_read
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": call.cache_read}]
    if call.reasoning:
        usage["thoughtsTokenCount"] = call.reasoning
    if of.calls_tool:
        parts: list[Json] = [{"functionCall": {"name": TOOL, "args": {"city": "Paris"}}}]
        return Reply(content=_answer(identity, parts, usage, "STOP"), call=call)
    if not streamed:
        return Reply(content=_answer(identity, [{"text": "".join(WORDS)}], usage, "STOP"), call=call)
    # Each chunk says how far it is; the last says it all.
    early = {**usage, "candidatesTokenCount": 1, "totalTokenCount": call.input + 1}
    chunks = [_answer(identity, [{"text": word}], early, None) for word in WORDS[:-1]]
    chunks.append(_answer(identity, [{"text": WORDS[-1]}], usage, "STOP"))
    return Reply(chunks=[f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in chunks], call=call)


def _answer(identity: str, parts: list[Json], usage: Json, reason: str | None) -> Json:
    candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": MODEL,
        "responseId": identity[:22],
    }
