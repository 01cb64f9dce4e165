"""What an answer shows of the tools that its provider ran, which are billed by the piece.

Usage objects count some of them (see `wire.conventions`). Others stand only in the answer:
the calls in the output of OpenAI's Responses and in the content of Anthropic's messages,
the queries of Gemini's grounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from econome.domain.usage import Fee
from econome.wire.conventions.account import MOST_TOKENS, details

_BY_PROMPT = ("gemini-1", "gemini-2")
"""Models that bill a grounded prompt once, however many queries it took; later ones bill each."""


_LISTS = ("output", "content")


def fees_in(outputs: Mapping[str, Any]) -> dict[Fee, int]:
    """How many of each the answer shows. Parsed JSON, whatever it holds: nothing raises."""
    fees: dict[Fee, int] = {}
    containers: set[str] = set()
    for holder in _holders(outputs):
        for name in _LISTS:
            listed = holder.get(name)
            if isinstance(listed, list):
                _add_blocks(listed, fees, containers)
        if "additional_kwargs" in holder:
            listed = details(holder, "additional_kwargs").get("tool_outputs")
            if isinstance(listed, list):
                _add_blocks(listed, fees, containers)
        if "tool_usage" in holder:
            _correct_searches(holder, fees)
        queries = _grounding(holder)
        if queries:
            fees[Fee.GROUNDING] = fees.get(Fee.GROUNDING, 0) + queries
    return fees


def _add_blocks(listed: list[Any], fees: dict[Fee, int], containers: set[str]) -> None:
    for block in listed:
        fee = _fee_of(block, containers) if isinstance(block, dict) else None
        if fee is not None:
            fees[fee] = fees.get(fee, 0) + 1


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
        case "image_generation_call":  # another model made it: its tokens are not in the usage
            return Fee.IMAGE
        case "code_interpreter_call":  # the container is billed, not what runs in it
            container = block.get("container_id")
            if not isinstance(container, str) or container in containers:
                return None
            containers.add(container)
            return Fee.CODE_EXECUTION
    return None


def _correct_searches(holder: Mapping[str, Any], fees: dict[Fee, int]) -> None:
    """Believes OpenAI's own count of the searches that it bills: some are given for less."""
    told = details(details(holder, "tool_usage"), "web_search").get("num_requests")
    if isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= MOST_TOKENS:
        fees.pop(Fee.WEB_SEARCH, None)
        if told:
            fees[Fee.WEB_SEARCH] = told


def _grounding(holder: Mapping[str, Any]) -> int:
    """The queries of Gemini's grounding that are billed."""
    response = details(holder, "response_metadata")
    queries = _queries(response) if response else 0
    candidates = holder.get("candidates")
    for candidate in candidates if isinstance(candidates, list) else ():
        if isinstance(candidate, dict):
            queries += _queries(candidate)
    if not queries:
        return 0
    model = next(
        (
            model
            for model in (
                holder.get("modelVersion"),
                holder.get("model_version"),
                response.get("model_name"),
                response.get("model"),
            )
            if isinstance(model, str)
        ),
        "",
    )
    return 1 if model.rpartition("/")[2].startswith(_BY_PROMPT) else queries


def _queries(holder: Mapping[str, Any]) -> int:
    grounding = details(holder, "groundingMetadata") or details(holder, "grounding_metadata")
    queries = grounding.get("webSearchQueries") or grounding.get("web_search_queries")
    if not isinstance(queries, list):
        return 0
    return sum(1 for query in queries if isinstance(query, str) and query)
