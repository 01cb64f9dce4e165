"""xAI: OpenAI's two shapes, with the reasoning outside of a completion, and what its tools did.

`cost_in_usd_ticks` is what it charged: ten thousand million ticks are a dollar.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from econome.domain.usage import Fee
from econome.wire.conventions.account import Account, Convention, add_fee, affordable, count, details
from econome.wire.conventions.openai_chat import account_of
from econome.wire.conventions.openai_responses import read as read_response

_TICKS_OF_A_DOLLAR = 10
_CALLS = {
    "web_search_calls": Fee.WEB_SEARCH,
    "x_search_calls": Fee.WEB_SEARCH,
    "code_interpreter_calls": Fee.CODE_EXECUTION,
    "file_search_calls": Fee.FILE_SEARCH,
    "document_search_calls": Fee.FILE_SEARCH,
}


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion or a response."""
    if "prompt_tokens" in usage:
        account = account_of("xai.chat", usage, reasoning_outside=True)
    else:
        account = read_response(usage)
        account.convention = "xai.chat"
    calls = details(usage, "server_side_tool_usage_details")
    if calls:
        for name, fee in _CALLS.items():
            add_fee(account, fee, count(calls.get(name)))
    else:
        add_fee(account, Fee.WEB_SEARCH, count(usage.get("num_sources_used")))
    ticks = usage.get("cost_in_usd_ticks")
    if isinstance(ticks, int) and not isinstance(ticks, bool) and ticks >= 0:
        account.cost = affordable(Decimal(ticks).scaleb(-_TICKS_OF_A_DOLLAR), account)
    return account


CONVENTION = Convention(
    "xai.chat",
    ("prompt_tokens", "input_tokens"),
    read,
    marks=frozenset(("num_sources_used", "cost_in_usd_ticks", "server_side_tool_usage_details")),
)
