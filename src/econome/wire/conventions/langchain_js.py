"""LangChain.js, and version 4 of Vercel's AI SDK, which wrote the same three keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.conventions.account import Account, Convention, count
from econome.wire.conventions.splitting import settle


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a call."""
    account = Account("langchain.js")
    given, generated = count(usage.get("promptTokens")), count(usage.get("completionTokens"))
    settle(account, given, generated, count(usage.get("totalTokens")), {}, {})
    return account


CONVENTION = Convention("langchain.js", ("promptTokens", "completionTokens"), read)
