"""Codex CLI: the rollout files of ~/.codex/sessions, and the events of its logs.

After each call a file has a `token_count` event with the usage of the call and the running total
of the session. The same event is written again whenever the display is refreshed: where the
total has not moved, no call was made. A fork begins with a copy of its parent's history, under
new times; the totals in it are the parent's own, so that a call is known again by its totals and
by the session that all of its line descend from.

Later versions (seen from 0.153 on) also write a `token_usage_record` for each answer, by its id. Nearly
all of them tell what an event tells as well; but of what it took to sum up a long conversation
only the record speaks (openai/codex#47003).

Read from the protocol and the rollout recorder of openai/codex, 0.44 to 0.145, and from published
files of later ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from econome.domain.piece import Piece
from econome.wire.agents.call import Agent, Call, likeness, piece_of
from econome.wire.agents.reading import (
    TEXT_CHARACTERS,
    About,
    Found,
    arguments_of,
    mapping,
    objects_in,
    string,
    text_of,
)
from econome.wire.agents.records import count, ended_at, event_of, started_at
from econome.wire.dialects.values import text
from econome.wire.otlp.span import LogRecord
from econome.wire.times import instant

_COPIED_WITHIN = timedelta(seconds=60)
"""A fork writes its parent's history at once. What a fork says of its own first minute is filed with
that history, whose times another file knows better; nothing of it is lost."""

Counts = tuple[int, int, int, int, int]
"""Input, of it read from the cache, of it written to it; output, of it reasoning."""
_NOTHING: Counts = (0, 0, 0, 0, 0)
_NAMES = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
_OUTPUTS = frozenset(("function_call_output", "custom_tool_call_output", "local_shell_call_output"))
_TOOLS = frozenset(("function_call", "custom_tool_call", "local_shell_call", "web_search_call"))


@dataclass(slots=True)
class _Session:
    """What has been read of a file so far."""

    id: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    began: datetime | None = None
    parents: dict[str, str] = field(default_factory=dict)
    folder: str = ""
    model: str = ""
    effort: str = ""
    asked_at: datetime | None = None
    prompt: str = ""
    texts: list[str] = field(default_factory=list)
    tools: list[tuple[str, str]] = field(default_factory=list)
    total: Counts | None = None
    counted: list[tuple[Counts | None, Counts, datetime | None, Call]] = field(default_factory=list)
    recorded: dict[str, tuple[Counts, Call]] = field(default_factory=dict)  # by the ids of the answers
    last_event: int = 0  # the line of the last `token_count`


def lineage(first_line: bytes) -> tuple[str, str]:
    """The session of a file and the one that it was forked from, by its first line; "" for none."""
    for _, line in objects_in([first_line + b"\n"], Found()):
        if line.get("type") == "session_meta":
            payload = mapping(line, "payload")
            return _id(payload), string(payload, "forked_from_id")
    return "", ""


def read(lines: Iterable[bytes], about: About) -> Found:
    """The calls of a rollout file, each once."""
    found = Found()
    session = _Session(parents=dict(about.parents))
    for number, line in objects_in(lines, found):
        payload, at = mapping(line, "payload"), instant(line.get("timestamp"))
        match line.get("type"):
            case "session_meta":
                _take_meta(session, payload, at)
            case "turn_context":
                session.model = string(payload, "model") or session.model
                session.effort = string(payload, "effort") or session.effort
                session.folder = string(payload, "cwd") or session.folder
            case "response_item":
                _take_item(session, payload, at)
            case "token_usage_record":
                _take_record(session, number, payload, at, about)
            case "event_msg":
                if payload.get("type") == "token_count":
                    _take_count(session, number, payload, at, about)
                elif payload.get("type") == "user_message":
                    session.prompt, session.asked_at = string(payload, "message")[:TEXT_CHARACTERS], at
                elif payload.get("type") == "agent_message":
                    _say(session, string(payload, "message"))
    found.calls = list(_known_by_their_totals(session, about))
    return found


def _id(payload: Mapping[str, Any]) -> str:
    return string(payload, "id", "session_id")


def _take_meta(session: _Session, payload: Mapping[str, Any], at: datetime | None) -> None:
    own, parent = _id(payload), string(payload, "forked_from_id")
    if not session.id:
        session.id, session.meta = own, payload
        session.began = instant(payload.get("timestamp")) or at
        session.folder = string(payload, "cwd")
    elif own != session.id:  # the history of another session follows: it is a copy, whatever else it says
        session.parents.setdefault(session.id, own)
    if parent:
        session.parents[own] = parent


def _take_item(session: _Session, payload: Mapping[str, Any], at: datetime | None) -> None:
    kind = payload.get("type")
    if kind in _OUTPUTS:
        session.asked_at = at
    elif kind in _TOOLS:
        name = string(payload, "name") or str(kind)
        given = next(filter(None, map(payload.get, ("arguments", "input", "action"))), "")
        session.tools.append((name, arguments_of(given)))
    elif kind == "message" and payload.get("role") == "assistant":
        _say(session, text_of(payload.get("content")))


def _say(session: _Session, said: str) -> None:
    if said and said not in session.texts:
        session.texts.append(said[:TEXT_CHARACTERS])


def _take_count(
    session: _Session, number: int, payload: Mapping[str, Any], at: datetime | None, about: About
) -> None:
    session.last_event = number
    info = mapping(payload, "info")
    total = _counts(mapping(info, "total_token_usage"))
    last = _counts(mapping(info, "last_token_usage"))
    before, session.total = session.total, total or session.total
    if total is not None and total == before:
        return  # the display was refreshed, or the context counted anew: nobody was called
    if last is None and total is not None:
        last = _since(before or _NOTHING, total)
    if last is None or not (last[0] or last[3]):
        return
    call = replace(
        _call(session, number, last, at, about),
        model=session.model or string(info, "model") or string(payload, "model"),
        started_at=session.asked_at or at,
        prompt=session.prompt,
        answer="\n".join(session.texts)[:TEXT_CHARACTERS],
        tools=tuple(session.tools),
    )
    session.counted.append((total, last, at, call))
    session.prompt, session.texts, session.tools, session.asked_at = "", [], [], None


def _take_record(
    session: _Session, number: int, payload: Mapping[str, Any], at: datetime | None, about: About
) -> None:
    counts, answer = _counts(mapping(payload, "usage")), string(payload, "response_id")
    thread = string(payload, "thread_id", "session_id")
    if counts is None or not answer or not (counts[0] or counts[3]):
        return
    if thread and session.id and thread != session.id:
        return  # it is of the history that a fork begins with: its own file tells it
    session.recorded.setdefault(answer, (counts, _call(session, number, counts, at, about)))


def _call(session: _Session, number: int, counts: Counts, at: datetime | None, about: About) -> Call:
    """What is known of any call at this place of the file."""
    git, source = mapping(session.meta, "git"), session.meta.get("source")
    return Call(
        agent=Agent.CODEX,
        key="",
        usage=_usage(counts),
        model=session.model,
        provider=string(session.meta, "model_provider") or "openai",
        session=session.id or PurePath(about.path).stem,
        folder=session.folder or about.folder,
        branch=string(git, "branch"),
        subagent=_subagent(source, session.meta),
        version=string(session.meta, "cli_version"),
        started_at=at,
        ended_at=at,
        file=about.path,
        line=number,
        labels={"effort": session.effort, "originator": string(session.meta, "originator")},
    )


def _counts(usage: Mapping[str, Any]) -> Counts | None:
    known = [usage.get(name) for name in _NAMES]
    whole = [tokens if isinstance(tokens, int) and tokens >= 0 else 0 for tokens in known]
    is_told = isinstance(known[0], int) or isinstance(known[3], int)
    return (whole[0], whole[1], whole[2], whole[3], whole[4]) if is_told else None


def _since(before: Counts, total: Counts) -> Counts:
    """What was added to a running total; one that has fallen has begun anew."""
    more = [now - then for now, then in zip(total, before, strict=True)]
    return total if min(more) < 0 else (more[0], more[1], more[2], more[3], more[4])


def _usage(counts: Counts) -> dict[str, Any]:
    sent, cached, written, generated, reasoned = counts
    details = {"cached_tokens": cached}
    if written:
        details["cache_write_tokens"] = written
    return {
        "input_tokens": sent,
        "input_tokens_details": details,
        "output_tokens": generated,
        "output_tokens_details": {"reasoning_tokens": reasoned},
    }


def _subagent(source: object, meta: Mapping[str, Any]) -> str:
    told = string(meta, "agent_role", "agent_nickname")
    if told or not isinstance(source, dict) or "subagent" not in source:
        return told
    of = source["subagent"]
    if isinstance(of, str):
        return of
    spawned = mapping(of, "thread_spawn") if isinstance(of, dict) else {}
    return string(spawned, "agent_role", "agent_nickname") or "subagent"


def _known_by_their_totals(session: _Session, about: About) -> Iterable[Call]:
    """The calls with their keys: which can be told only when the whole file has been read."""
    own = session.id or PurePath(about.path).stem
    root = _root(own, session.parents)
    alike: Counter[Counts] = Counter()
    seen: set[str] = set()
    for total, last, at, call in session.counted:
        place = "/".join(map(str, (*total, *last))) if total else f"{own}/{at}/{'/'.join(map(str, last))}"
        key = f"{root}/{place}"
        if key in seen:
            continue
        seen.add(key)
        is_copy = root != own and (at is None or session.began is None or at < session.began + _COPIED_WITHIN)
        alike[last] += not is_copy
        # Two calls of a session with just the same counts: only one of them is what a log has.
        is_only = not is_copy and alike[last] == 1
        request_id = likeness(Agent.CODEX, own, _told(last)) if is_only else ""
        yield replace(call, key=key, request_id=request_id)
    yield from _only_recorded(session, own, alike)


def _only_recorded(session: _Session, own: str, alike: Counter[Counts]) -> Iterable[Call]:
    """The calls that no event tells. One that no event follows may yet be told: the file is being written."""
    told = Counter(_told(last) for _, last, _, _ in session.counted)
    for answer, (counts, call) in session.recorded.items():
        if told[_told(counts)]:
            told[_told(counts)] -= 1
        elif call.line < session.last_event or not session.last_event:
            alike[counts] += 1
            request_id = likeness(Agent.CODEX, own, _told(counts)) if alike[counts] == 1 else ""
            yield replace(call, key=f"response/{answer}", request_id=request_id)


def _told(counts: Counts) -> tuple[int, ...]:
    """The counts that a log tells as well."""
    sent, cached, _, generated, reasoned = counts
    return sent, cached, generated, reasoned


def _root(session: str, parents: Mapping[str, str]) -> str:
    seen = {session}
    while (parent := parents.get(session)) and parent not in seen:
        seen.add(parent)
        session = parent
    return session


# --- its logs


def claims(record: LogRecord) -> bool:
    """Whether Codex wrote this log record."""
    return event_of(record).startswith("codex.")


def read_record(record: LogRecord, project: str = "") -> Piece | None:
    """The call of a response.completed event; None for all other events.

    `tool_token_count` is the sum of input and output, and no further tokens. Codex' spans and
    metrics tell the same tokens again.
    """
    own = record.attributes
    if event_of(record) != "codex.sse_event" or own.get("event.kind") != "response.completed":
        return None
    sent, generated = count(own, "input_token_count"), count(own, "output_token_count")
    if sent is None and generated is None:
        return None  # it failed on the way
    counts = (
        max(0, sent or 0),
        max(0, count(own, "cached_token_count") or 0),
        max(0, count(own, "cache_write_token_count") or 0),
        max(0, generated or 0),
        max(0, count(own, "reasoning_token_count") or 0),
    )
    usage = _usage(counts)
    for name, tokens in (("input_tokens", sent), ("output_tokens", generated)):
        if tokens is None:
            del usage[name], usage[f"{name}_details"]
        else:
            usage[name] = tokens  # below zero it is told as what cannot be
    at, session = ended_at(record), text(own, "conversation.id")
    call = Call(
        agent=Agent.CODEX,
        key=f"log/{session}/{at.isoformat() if at else ''}/{'/'.join(map(str, counts))}",
        usage=usage,
        model=text(own, "model", "slug"),
        provider="openai",
        request_id=likeness(Agent.CODEX, session, _told(counts)) if session else "",
        session=session,
        version=text(own, "app.version") or text(record.source.resource, "service.version"),
        user=text(own, "user.email", "user.account_id"),
        started_at=started_at(record, at),
        ended_at=at,
        labels={"terminal": text(own, "terminal.type"), "originator": text(own, "originator")},
    )
    return piece_of(call, project, is_log=True)
