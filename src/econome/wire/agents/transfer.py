"""Calls of coding agents on their way to a server: one JSON object a line.

Who imports has the files and reads them; who stores them prices and counts. Between the two
go these lines, so that the hundreds of megabytes which agents write about their tools do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from econome.domain.money import read_money
from econome.wire.agents.call import Agent, Call
from econome.wire.agents.reading import TEXT_CHARACTERS
from econome.wire.json_text import KEPT_AS_TEXT, dump, parse
from econome.wire.times import instant

_TEXTS = (
    *("model", "provider", "request_id", "session", "folder", "branch", "subagent", "version", "user"),
    *("prompt", "answer", "file"),
)
_TIMES = ("started_at", "ended_at")
_LONGEST_KEY = 1_000
_MOST_TOOLS = 1_000


class BadCall(ValueError):
    """A line that is no call; the text says why."""


def line_of(call: Call) -> bytes:
    """The line of a call. What it does not tell is left out."""
    said: dict[str, Any] = {"key": call.key, "usage": call.usage, "is_final": call.is_final}
    said |= {name: value for name in _TEXTS if (value := getattr(call, name))}
    said |= {name: at.isoformat() for name in _TIMES if (at := getattr(call, name)) is not None}
    if call.tools:
        said["tools"] = [list(tool) for tool in call.tools]
    if call.cost is not None:
        said["cost"] = str(call.cost)
    if call.line:
        said["line"] = call.line
    if labels := {name: value for name, value in call.labels.items() if value}:
        said["labels"] = labels
    return dump(said) + b"\n"


def call_in(line: bytes, agent: Agent) -> Call:
    """The call of a line. Raises `BadCall` for a line that is none."""
    said, _, mended = parse(line)
    if mended == KEPT_AS_TEXT or not isinstance(said, dict):
        raise BadCall("it is no JSON object")
    key, usage = said.get("key"), said.get("usage")
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY:
        raise BadCall(f'"key" must be a text of 1 to {_LONGEST_KEY} characters, not {str(key)[:50]!r}')
    if not isinstance(usage, dict):
        raise BadCall(f'"usage" must be the usage as the agent wrote it, not {str(usage)[:50]!r}')
    times = {name: _time(said, name) for name in _TIMES}
    line_number = said.get("line")
    return Call(
        agent=agent,
        key=key,
        usage=usage,
        is_final=said.get("is_final") is not False,
        started_at=times["started_at"],
        ended_at=times["ended_at"],
        tools=_tools(said.get("tools")),
        cost=_cost(said.get("cost")),
        line=line_number if isinstance(line_number, int) else 0,
        labels=_labels(said.get("labels")),
        **{name: _text(said, name) for name in _TEXTS},
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadCall(f'"{name}" must be a text, not {str(value)[:50]!r}')
    return value[:TEXT_CHARACTERS]


def _time(said: Mapping[str, Any], name: str) -> Any:
    value = said.get(name)
    if value is None:
        return None
    moment = instant(value)
    if moment is None:
        raise BadCall(f'"{name}" must be a time in ISO 8601, not {str(value)[:50]!r}')
    return moment


def _tools(value: object) -> tuple[tuple[str, str], ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        (str(tool[0])[:200], str(tool[1])[:TEXT_CHARACTERS])
        for tool in listed[:_MOST_TOOLS]
        if isinstance(tool, list) and len(tool) == 2
    )


def _cost(value: object) -> Decimal | None:
    if value is None:
        return None
    amount = read_money(value)
    if amount is None:
        raise BadCall(f'"cost" must be an amount of US dollars, not {str(value)[:50]!r}')
    return amount


def _labels(value: object) -> dict[str, str]:
    told = value if isinstance(value, dict) else {}
    return {name: text for name, text in told.items() if isinstance(text, str)}
