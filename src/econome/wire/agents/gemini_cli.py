"""Gemini CLI: the session files of ~/.gemini/tmp/<project>/chats, and the events of its logs.

Files were one JSON object until 0.2x and are lines since then, where a message is written again
whenever something is added to it, and messages that were rewound or compressed are taken out of
the conversation: their calls were made all the same. A session that is resumed is copied from
the old file into the new.

Read from the recorder and the telemetry of google-gemini/gemini-cli.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Any

from econome.domain.piece import Payload, Piece
from econome.domain.run import Op
from econome.wire.agents.call import Agent, Call, likeness, piece_of, run_id_of
from econome.wire.agents.reading import (
    MARK,
    TEXT_CHARACTERS,
    About,
    Broken,
    Found,
    arguments_of,
    mapping,
    objects_in,
    string,
    text_of,
)
from econome.wire.agents.records import count, ended_at, event_of, started_at
from econome.wire.dialects.messages import answered, asked, from_parts
from econome.wire.dialects.values import text
from econome.wire.json_text import KEPT_AS_TEXT, dump, parse
from econome.wire.otlp.span import LogRecord
from econome.wire.segments import preview_of_inputs, preview_of_outputs
from econome.wire.times import instant

_DETAILS = "gen_ai.client.inference.operation.details"
_USAGE = {
    "input": "promptTokenCount",
    "output": "candidatesTokenCount",
    "cached": "cachedContentTokenCount",
    "thoughts": "thoughtsTokenCount",
    "tool": "toolUsePromptTokenCount",
    "total": "totalTokenCount",
}
_COUNTS = {
    "input": "input_token_count",
    "output": "output_token_count",
    "cached": "cached_content_token_count",
    "thoughts": "thoughts_token_count",
    "tool": "tool_token_count",
    "total": "total_token_count",
}
_ALIKE = ("input", "output", "cached", "thoughts", "tool")


@dataclass(slots=True)
class _Message:
    """A message, as it was last written, and what stood before it."""

    content: Mapping[str, Any]
    number: int
    asked_at: datetime | None
    prompt: str


@dataclass(slots=True)
class _Session:
    """What has been read of a file so far."""

    head: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, _Message] = field(default_factory=dict)
    asked_at: datetime | None = None
    prompt: str = ""


def read(lines: Iterable[bytes], about: About) -> Found:
    """The calls of a session file of either form, each once."""
    found = Found()
    session = _Session()
    records = _whole(lines, found) if about.path.endswith(".json") else objects_in(lines, found)
    for number, record in records:
        if isinstance(record.get("id"), str):
            _take(session, number, record)
            continue
        changed = mapping(record, "$set") or record
        session.head.update({name: value for name, value in changed.items() if name != "messages"})
        listed = changed.get("messages")
        for message in listed if isinstance(listed, list) else ():
            if isinstance(message, dict):
                _take(session, number, message)
    found.calls = list(_calls(session, about))
    return found


def _whole(lines: Iterable[bytes], found: Found) -> Iterator[tuple[int, dict[str, Any]]]:
    value, _, mended = parse(b"".join(lines).removeprefix(MARK))
    if isinstance(value, dict) and mended != KEPT_AS_TEXT:
        yield 1, value
    else:
        found.broken.append(Broken(1, "the file is no JSON object"))


def _take(session: _Session, number: int, message: Mapping[str, Any]) -> None:
    at, key = instant(message.get("timestamp")), string(message, "id")
    if message.get("type") == "user":
        session.asked_at, session.prompt = at, text_of(message.get("content"))
    if message.get("type") != "gemini" or not key:
        return
    known = session.messages.get(key)
    if known is None:
        session.messages[key] = _Message(_kept(message), number, session.asked_at, session.prompt)
        session.prompt = ""
    elif mapping(message, "tokens") or not mapping(known.content, "tokens"):
        known.content = _kept(message)  # a later copy may have lost its tokens, a call never does
    session.asked_at = at


def _kept(message: Mapping[str, Any]) -> dict[str, Any]:
    """Of a message what a call tells, without the results of its tools, which are large."""
    kept = {name: message.get(name) for name in ("timestamp", "tokens", "model")}
    return {**kept, "text": text_of(message.get("content")), "tools": tuple(_tools(message))}


def _calls(session: _Session, about: About) -> Iterator[Call]:
    head = session.head
    path = PurePath(about.path)
    own = string(head, "sessionId") or path.stem
    caller = path.parent.name if path.parent.parent.name == "chats" else ""
    directories = head.get("directories")
    first = directories[0] if isinstance(directories, list) and directories else ""
    alike: Counter[tuple[int, ...]] = Counter()
    for key, message in session.messages.items():
        content = message.content
        tokens = mapping(content, "tokens")
        usage = {theirs: tokens[ours] for ours, theirs in _USAGE.items() if isinstance(tokens.get(ours), int)}
        if not usage:
            continue
        at = instant(content.get("timestamp"))
        counts = tuple(int(tokens.get(name) or 0) for name in _ALIKE)
        alike[counts] += 1
        began = message.asked_at if message.asked_at and at and message.asked_at <= at else at
        yield Call(
            agent=Agent.GEMINI_CLI,
            key=f"{own}/{key}",
            usage=usage,
            model=string(content, "model"),
            provider="google",
            request_id=likeness(Agent.GEMINI_CLI, caller or own, counts) if alike[counts] == 1 else "",
            session=caller or own,  # a subagent's file lies in a folder named after who called it
            folder=about.folder or (first if isinstance(first, str) else "") or string(head, "projectHash"),
            subagent=own if caller or head.get("kind") == "subagent" else "",
            started_at=began,
            ended_at=at,
            prompt=message.prompt,
            answer=content["text"],
            tools=content["tools"],
            file=about.path,
            line=message.number,
        )


def _tools(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    listed = content.get("toolCalls")
    for tool in listed if isinstance(listed, list) else ():
        if isinstance(tool, dict):
            yield string(tool, "name"), arguments_of(tool.get("args", {}))


# --- its logs


def claims(record: LogRecord) -> bool:
    """Whether Gemini CLI wrote this log record; its second copy in OpenTelemetry's words among them."""
    event = event_of(record)
    if event == _DETAILS:
        sender = record.source.scope, text(record.source.resource, "service.name")
        return any("gemini-cli" in name or "gemini_cli" in name for name in sender)
    return event.startswith("gemini_cli.")


def read_record(record: LogRecord, project: str = "") -> Piece | None:
    """The call of an api_response event; None for events that are no calls.

    The same moment is told once more in OpenTelemetry's words, without the thoughts: only the
    texts are taken from there. The metrics tell the same tokens a third time.
    """
    own, event = record.attributes, event_of(record)
    if event not in (_DETAILS, "gemini_cli.api_response"):
        return None
    at, session = ended_at(record), text(own, "session.id")
    model = text(own, "model", "gen_ai.request.model", "gen_ai.response.model")
    key = f"log/{session}/{at.isoformat() if at else ''}/{model}"
    if event == _DETAILS:
        return _texts(record, key, project)
    counts = {name: tokens for name, theirs in _COUNTS.items() if (tokens := count(own, theirs)) is not None}
    alike = tuple(counts.get(name, 0) for name in _ALIKE)
    call = Call(
        agent=Agent.GEMINI_CLI,
        key=key,
        usage={_USAGE[name]: tokens for name, tokens in counts.items()},
        model=model,
        provider="google",
        request_id=likeness(Agent.GEMINI_CLI, session, alike) if session and any(alike) else "",
        session=session,
        version=text(record.source.resource, "service.version"),
        user=text(own, "user.email"),
        started_at=started_at(record, at),
        ended_at=at,
        answer=text(own, "response_text")[:TEXT_CHARACTERS],
        labels={"prompt_id": text(own, "prompt_id"), "role": text(own, "role")},
    )
    return piece_of(call, project)  # by its id, not by its time: its second copy may come first


def _texts(record: LogRecord, key: str, project: str) -> Piece | None:
    """What the second copy of a call adds: the messages, where the user lets them be sent."""
    inputs = asked(from_parts(record.attributes.get("gen_ai.input.messages")))
    outputs = answered(from_parts(record.attributes.get("gen_ai.output.messages"), "assistant"))
    if inputs is None and outputs is None:
        return None
    run_id = run_id_of(Agent.GEMINI_CLI, key)
    piece = Piece(
        id=run_id,
        op=Op.POST,  # what the first copy says goes before it
        key_time=None,
        begins_at=ended_at(record),
        project=project or Agent.GEMINI_CLI.value,
        payload=Payload(
            inputs=b"" if inputs is None else dump(inputs),
            outputs=b"" if outputs is None else dump(outputs),
        ),
    )
    if inputs is not None:
        piece.fields["input_preview"] = preview_of_inputs(inputs)
    if outputs is not None:
        piece.fields["output_preview"] = preview_of_outputs(outputs)
    return piece
