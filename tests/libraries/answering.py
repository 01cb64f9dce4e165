"""What decides a call's usage: the words that are said in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from libraries.ledger import Call

WORDS = ("Peel ", "the ", "onion", ".")
TOOL = "weather"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: whole, or the chunks of a stream."""

    status: int = 200
    content: Any = None
    chunks: list[str] | None = None
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """What a request asks for, by words that are somewhere in it.

    "cached" is answered from the cache, "think" after reasoning, "fail" not at all; a request
    that offers tools is answered by a call of one, until it holds a tool's result.
    """

    cached: bool
    thinks: bool
    fails: bool
    calls_tool: bool
    has_result: bool

    @property
    def words(self) -> str:
        """Such as "cached ", in front of the name of the endpoint."""
        if self.cached:
            return "cached "
        if self.thinks:
            return "thinking "
        if self.calls_tool:
            return "tool "
        return "answering " if self.has_result else ""


def talk(messages: Any, *, tools: Any, has_result: bool) -> Talk:
    """What `messages` ask for."""
    text = json.dumps(messages)
    return Talk(
        cached="cached" in text,
        thinks="think" in text,
        fails="fail" in text,
        calls_tool=bool(tools) and not has_result,
        has_result=has_result,
    )


def of_model(asked: str) -> str:
    """The name that the rates have for a model."""
    return next(
        (name for name in ("claude-sonnet-4-5", "text-embedding-3-small") if name in asked), "gpt-4o-mini"
    )


def event(content: dict[str, Any], *, named: bool = False) -> str:
    """One server-sent event."""
    name = f"event: {content['type']}\n" if named else ""
    return f"{name}data: {json.dumps(content)}\n\n"
