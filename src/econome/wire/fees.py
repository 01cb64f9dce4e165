"""What an answer shows of the tools that its provider ran, which are billed by the piece.

Usage objects count some of them (see `wire.conventions`). Others stand only in the answer:
the calls in the output of OpenAI's Responses and in the content of Anthropic's messages,
the queries of Gemini's grounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from econome.domain.usage import Fee
from econome.wire.conventions.account import count, details

_BY_PROMPT = ("gemini-1", "gemini-2")
"""Models that bill a grounded prompt once, however many queries it took; later ones bill each."""


def fees_in(outputs: Mapping[str, Any]) -> dict[Fee, int]:
    """How many of each the answer shows. Parsed JSON, whatever it holds: nothing raises."""
    fees: dict[Fee, int] = {}
    containers: set[str] = set()
    for holder in _holders(outputs):
        for block in _blocks(holder):
            fee = _fee_of(block, containers)
            if fee is not None:
                fees[fee] = fees.get(fee, 0) + 1
        told = _searches_told(holder)
        if told is not None:
            fees.pop(Fee.WEB_SEARCH, None)
            if told:
                fees[Fee.WEB_SEARCH] = told
        queries = _grounding(holder)
        if queries:
            fees[Fee.GROUNDING] = fees.get(Fee.GROUNDING, 0) + queries
    return fees


def _holders(outputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The answer, and the messages in it."""
    yield outputs
    for name in ("output", "message"):
        within = outputs.get(name)
        if isinstance(within, dict):
            yield _unwrapped(within)
    generations = outputs.get("generations")
    for candidates in generations if isinstance(generations, list) else ():
        first = candidates[0] if isinstance(candidates, list) and candidates else candidates
        if isinstance(first, dict):
            message = first.get("message")
            if isinstance(message, dict):
                yield _unwrapped(message)


def _unwrapped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    kwargs = message.get("kwargs")
    return kwargs if isinstance(kwargs, dict) else message


def _blocks(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for listed in (
        holder.get("output"),
        holder.get("content"),
        details(holder, "additional_kwargs").get("tool_outputs"),
    ):
        if isinstance(listed, list):
            for block in listed:
                if isinstance(block, dict):
                    yield block


def _fee_of(block: Mapping[str, Any], containers: set[str]) -> Fee | None:
    """What a block of an answer is billed as. What failed is not billed, nor is opening a page."""
    if block.get("status") == "failed":
        return None
    match block.get("type"):
        case "web_search_call":
            asked = details(block, "action").get("type")
            return Fee.WEB_SEARCH if asked in (None, "search") else None
        case "server_tool_use":
            return Fee.WEB_SEARCH if block.get("name") == "web_search" else None
        case "file_search_call":
            return Fee.FILE_SEARCH
        case "code_interpreter_call":  # the container is billed, not what runs in it
            container = block.get("container_id")
            if not isinstance(container, str) or container in containers:
                return None
            containers.add(container)
            return Fee.CODE_EXECUTION
    return None


def _searches_told(holder: Mapping[str, Any]) -> int | None:
    """The searches that OpenAI itself says it bills, which leave out what it gives for less."""
    told = details(details(holder, "tool_usage"), "web_search").get("num_requests")
    try:
        return count(told)
    except ValueError:
        return None


def _grounding(holder: Mapping[str, Any]) -> int:
    response = details(holder, "response_metadata")
    model = ""
    for names, of in (
        (("modelVersion", "model_version"), holder),
        (("model_name", "model"), response),
    ):
        for name in names:
            model = model or str(of.get(name) or "")
    queries = _queries(response)
    candidates = holder.get("candidates")
    for candidate in candidates if isinstance(candidates, list) else ():
        if isinstance(candidate, dict):
            queries += _queries(candidate)
    return 1 if queries and model.rpartition("/")[2].startswith(_BY_PROMPT) else queries


def _queries(holder: Mapping[str, Any]) -> int:
    grounding = details(holder, "groundingMetadata") or details(holder, "grounding_metadata")
    queries = grounding.get("webSearchQueries") or grounding.get("web_search_queries")
    if not isinstance(queries, list):
        return 0
    return sum(1 for query in queries if isinstance(query, str) and query)
