"""The same work as OpenTelemetry sends it: spans, whole, as protobuf. Encoded by hand: it is little.

A run is one span here, sent once, at its end, where LangSmith's SDK sends two pieces. Its texts are
the same.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from bench.work import RUNTIME, Step

HEADERS = {"Content-Type": "application/x-protobuf"}
PACKED = {**HEADERS, "Content-Encoding": "gzip"}

_VARINT, _FIXED64, _BYTES = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Dialect:
    """Under which attributes a server looks for what it shows."""

    inputs: str
    outputs: str
    kind: str
    kinds: Mapping[str, str]
    model: str
    input_tokens: str
    output_tokens: str
    is_json: bool  # whether attributes are themselves JSON texts


MLFLOW = Dialect(
    inputs="mlflow.spanInputs",
    outputs="mlflow.spanOutputs",
    kind="mlflow.spanType",
    kinds={"llm": "CHAT_MODEL"},
    model="gen_ai.request.model",
    input_tokens="gen_ai.usage.input_tokens",
    output_tokens="gen_ai.usage.output_tokens",
    is_json=True,
)
PHOENIX = Dialect(
    inputs="input.value",
    outputs="output.value",
    kind="openinference.span.kind",
    kinds={},
    model="llm.model_name",
    input_tokens="llm.token_count.prompt",
    output_tokens="llm.token_count.completion",
    is_json=False,
)


def body(steps: Iterable[Step], dialect: Dialect) -> bytes:
    """An ExportTraceServiceRequest."""
    spans = b"".join(_message(2, _span(step, dialect)) for step in steps)
    resource = _message(1, _attribute("service.name", "bench"))
    return _message(1, _message(1, resource) + _message(2, _message(1, _text(1, "bench")) + spans))


def genai_body(steps: Iterable[Step], size: int) -> bytes:
    """An ExportTraceServiceRequest in the current conventions for generative AI, packed by gzip.

    Each span is filled up to some `size` bytes by the text of its user's message, of words of its own.
    """
    spans = b"".join(_message(2, _genai_span(step, size)) for step in steps)
    resource = _message(1, _attribute("service.name", "bench"))
    request = _message(1, _message(1, resource) + _message(2, _message(1, _text(1, "bench")) + spans))
    return gzip.compress(request, compresslevel=6)


def _genai_span(step: Step, size: int) -> bytes:
    given = _genai_attributes(step)
    short = size - len(_fields(step, given))
    filler = _words(step, short) if short > 0 else ""
    name = "gen_ai.input.messages" if step.is_call else "gen_ai.tool.call.arguments"
    given.append((name, orjson.dumps(_asked(step, filler)).decode()))
    return _fields(step, given)


def _words(step: Step, characters: int) -> str:
    """Text of this step's own: prose is neither one word repeated nor noise."""
    chance = random.Random(step.id.int)
    words = " ".join(map(str, [*step.inputs.values(), *step.outputs.values()])).split()
    return " ".join(chance.choices(words, k=characters // 5))[:characters]


def _asked(step: Step, filler: str) -> object:
    if not step.is_call:
        return {"question": filler}
    messages = step.inputs["messages"]
    parts = [
        {"role": one["role"], "parts": [{"type": "text", "content": one["content"]}]} for one in messages
    ]
    return [*parts, {"role": "user", "parts": [{"type": "text", "content": filler}]}]


def _genai_attributes(step: Step) -> list[tuple[str, str | int]]:
    if not step.is_call:
        return [
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", step.name),
            ("gen_ai.tool.type", "function"),
            ("gen_ai.tool.call.id", f"call_{step.id.hex[:24]}"),
            ("gen_ai.tool.call.result", orjson.dumps(step.outputs).decode()),
            ("session.id", step.metadata["session_id"]),
            ("user.id", step.metadata["user_id"]),
        ]
    said = step.outputs["choices"][0]["message"]["content"]
    answer = [{"role": "assistant", "parts": [{"type": "text", "content": said}], "finish_reason": "stop"}]
    return [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", step.model),
        ("gen_ai.response.model", step.model),
        ("gen_ai.response.id", f"chatcmpl-{step.id.hex}"),
        ("gen_ai.request.max_tokens", 800),
        ("gen_ai.usage.input_tokens", step.input_tokens),
        ("gen_ai.usage.output_tokens", step.output_tokens),
        ("gen_ai.usage.cache_read.input_tokens", step.input_tokens // 2),
        ("gen_ai.usage.reasoning.output_tokens", 0),
        ("gen_ai.output.messages", orjson.dumps(answer).decode()),
        ("server.address", "api.openai.com"),
        ("server.port", 443),
        ("openai.response.service_tier", "default"),
        ("session.id", step.metadata["session_id"]),
        ("user.id", step.metadata["user_id"]),
    ]


def _span(step: Step, dialect: Dialect) -> bytes:
    return _fields(step, _attributes(step, dialect))


def _fields(step: Step, attributes: Sequence[tuple[str, str | int]]) -> bytes:
    fields = [
        _field(1, step.trace_id.bytes),
        _field(2, step.id.bytes[8:]),
        _field(4, step.parent_id.bytes[8:]) if step.parent_id else b"",
        _text(5, step.name),
        _key(6, _VARINT) + b"\x01",  # internal
        _key(7, _FIXED64) + _nanoseconds(step.started),
        _key(8, _FIXED64) + _nanoseconds(step.ended),
        *(_message(9, _attribute(*one)) for one in attributes),
        _message(15, _key(3, _VARINT) + b"\x01"),  # ok
    ]
    return b"".join(fields)


def _attributes(step: Step, dialect: Dialect) -> Sequence[tuple[str, str | int]]:
    kind = dialect.kinds.get(step.kind, step.kind.upper())
    given: list[tuple[str, str | int]] = [
        (dialect.inputs, orjson.dumps(step.inputs).decode()),
        (dialect.outputs, orjson.dumps(step.outputs).decode()),
        (dialect.kind, f'"{kind}"' if dialect.is_json else kind),
        ("metadata", orjson.dumps({**step.metadata, **RUNTIME}).decode()),
    ]
    if step.is_call:
        given += [
            (dialect.model, step.model),
            (dialect.input_tokens, step.input_tokens),
            (dialect.output_tokens, step.output_tokens),
        ]
    return given


def _attribute(name: str, value: str | int) -> bytes:
    any_value = _text(1, value) if isinstance(value, str) else _key(3, _VARINT) + _varint(value)
    return _text(1, name) + _message(2, any_value)


def _message(number: int, content: bytes) -> bytes:
    return _field(number, content)


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, content: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(content)) + content


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _nanoseconds(seconds: float) -> bytes:
    return int(seconds * 1e9).to_bytes(8, "little")


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
