"""A model provider on this machine: real HTTP, fixed answers, known usage.

Speaks OpenAI's chat completions and responses, Anthropic's messages and Gemini's generateContent,
whole and as streams. It counts what it served, for a test to compare with what Econome says.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "gpt-4o-mini-2024-07-18"
CLAUDE = "claude-3-5-haiku-20241022"
GEMINI = "gemini-2.5-flash"
WORDS = ("Bon", "jour", " !")

CHAT_USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 30,
    "total_tokens": 150,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 10, "audio_tokens": 0},
}
RESPONSES_USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 30,
    "output_tokens_details": {"reasoning_tokens": 10},
    "total_tokens": 150,
}
MESSAGES_USAGE = {
    "input_tokens": 30,  # what was neither read from the cache nor written to it
    "cache_read_input_tokens": 200,
    "cache_creation_input_tokens": 100,
    "output_tokens": 40,
}
GEMINI_USAGE = {
    "promptTokenCount": 50,
    "cachedContentTokenCount": 20,  # of the prompt
    "candidatesTokenCount": 10,
    "thoughtsTokenCount": 7,  # beside the candidates, and billed like them
    "totalTokenCount": 67,
}


class FakeProvider:
    """A running provider."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._lock = threading.Lock()
        self.served: Counter[str] = Counter()  # calls, told (with usage), input, output

    @property
    def openai_url(self) -> str:
        return f"{self.address}/v1"

    def serve(self, given: int, generated: int, *, told: bool = True) -> None:
        with self._lock:
            self.served["calls"] += 1
            if told:
                self.served.update({"told": 1, "input": given, "output": generated})


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """A provider on a free port, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, name="fake provider")
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def provider(self) -> FakeProvider:
        provider: FakeProvider = self.server.provider  # type: ignore[attr-defined]
        return provider

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))) or b"{}")
        match self.path.partition("?")[0]:
            case "/v1/chat/completions":
                self._chat(said)
            case "/v1/responses":
                self._responses(said)
            case "/v1/messages":
                self.provider.serve(330, 40)
                if said.get("stream"):
                    self._stream(
                        [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in _message_events()]
                    )
                else:
                    self._json(200, _message())
            case path if path.endswith(":generateContent"):
                self.provider.serve(50, 17)
                self._json(200, _content("".join(WORDS), GEMINI_USAGE))
            case path if path.endswith(":streamGenerateContent"):
                told = "say nothing of usage" not in json.dumps(said)
                self.provider.serve(50, 17, told=told)
                self._stream([f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in _content_chunks(told=told)])
            case _:
                self._json(404, {"error": {"message": f"Nothing at {self.path}", "type": "not_found"}})

    def _chat(self, said: dict[str, Any]) -> None:
        if said["messages"][-1].get("content") == "fail":
            self._json(400, {"error": {"message": "You asked me to fail", "type": "invalid_request_error"}})
            return
        if not said.get("stream"):
            self.provider.serve(120, 30)
            message = {"role": "assistant", "content": "".join(WORDS)}
            choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
            self._json(200, _completion("chat.completion", [choice], usage=CHAT_USAGE))
            return
        told = bool((said.get("stream_options") or {}).get("include_usage"))
        self.provider.serve(120, 30, told=told)
        rest: dict[str, Any] = {"usage": None} if told else {}
        chunks = [
            _completion("chat.completion.chunk", [_delta({"role": "assistant", "content": ""})], **rest)
        ]
        chunks += [
            _completion("chat.completion.chunk", [_delta({"content": word})], **rest) for word in WORDS
        ]
        chunks.append(_completion("chat.completion.chunk", [_delta({}, "stop")], **rest))
        if told:
            chunks.append(_completion("chat.completion.chunk", [], usage=CHAT_USAGE))
        self._stream([f"data: {json.dumps(chunk)}\n\n" for chunk in chunks] + ["data: [DONE]\n\n"])

    def _responses(self, said: dict[str, Any]) -> None:
        self.provider.serve(120, 30)
        whole = _response()
        if not said.get("stream"):
            self._json(200, whole)
            return
        item = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        events: list[dict[str, Any]] = [
            {
                "type": "response.created",
                "response": {**whole, "status": "in_progress", "output": [], "usage": None},
            }
        ]
        events += [
            {"type": "response.output_text.delta", **item, "delta": word, "logprobs": []} for word in WORDS
        ]
        events.append({"type": "response.completed", "response": whole})
        numbered = ({**event, "sequence_number": number} for number, event in enumerate(events))
        self._stream([f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in numbered])

    def _json(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, lines: list[str]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for line in lines:
            self.wfile.write(line.encode())
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
        pass


def _completion(kind: str, choices: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": 1700000000,
        "model": MODEL,
        "choices": choices,
        **rest,
    }


def _delta(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}


def _response() -> dict[str, Any]:
    text = {"type": "output_text", "text": "".join(WORDS), "annotations": [], "logprobs": []}
    message = {
        "id": "msg_1",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [text],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1700000000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": [message],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": RESPONSES_USAGE,
    }


def _message() -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": CLAUDE,
        "content": [{"type": "text", "text": "".join(WORDS)}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": MESSAGES_USAGE,
    }


def _message_events() -> list[dict[str, Any]]:
    """Anthropic's stream: the input is told at its start, the output at its end."""
    begun = {
        **_message(),
        "content": [],
        "stop_reason": None,
        "usage": {**MESSAGES_USAGE, "output_tokens": 1},
    }
    text = {"type": "text", "text": ""}
    stopped = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": text},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
            for word in WORDS
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": stopped,
            "usage": {"output_tokens": MESSAGES_USAGE["output_tokens"]},
        },
        {"type": "message_stop"},
    ]


def _content(text: str, usage: dict[str, int] | None, finish_reason: str | None = "STOP") -> dict[str, Any]:
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    return {
        "candidates": [{**candidate, **({"finishReason": finish_reason} if finish_reason else {})}],
        **({"usageMetadata": usage} if usage else {}),
        "modelVersion": GEMINI,
        "responseId": "gemini-1",
    }


def _content_chunks(*, told: bool) -> list[dict[str, Any]]:
    """Gemini's stream: each chunk tells what was used so far, the last one all of it."""
    so_far = {"promptTokenCount": 50, "totalTokenCount": 50}
    chunks = [_content(word, so_far if told else None, None) for word in WORDS[:-1]]
    return [*chunks, _content(WORDS[-1], GEMINI_USAGE if told else None)]
