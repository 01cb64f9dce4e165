"""A provider's own request and answer, where a library puts them whole into an attribute.

They say more than what the library made of them: how long a cache lives, what was audio, what was
searched. So they are kept as the inputs and outputs, and their usage comes before the library's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import Kind
from econome.domain.usage import Fee, UsageSource
from econome.wire.conventions.account import Account
from econome.wire.dialects.told import Told
from econome.wire.model import read_model, read_parameters
from econome.wire.segments import messages_of
from econome.wire.usage import read_usage

_ANSWERS = frozenset(
    ("choices", "candidates", "generations", "content", "output", "message", "data", "embeddings")
)


def request_of(value: object) -> dict[str, Any] | None:
    """A request that holds a conversation, in a shape that pages and counting know; None for any other.

    OpenAI's Responses take a text for a conversation of one message: it becomes one here.
    """
    if not isinstance(value, dict):
        return None
    said = value.get("input")
    if isinstance(said, str) and "messages" not in value and ("model" in value or "instructions" in value):
        return {**value, "input": [{"role": "user", "content": said}]}
    return value if any("role" in one or "type" in one for one in messages_of(value)) else None


def is_answer(value: object) -> bool:
    """Whether this is an answer as a provider gives it, or LangChain."""
    return isinstance(value, dict) and not _ANSWERS.isdisjoint(value)


def account_within(
    kind: str, answer: object, notes: list[str], extra: Mapping[str, Any] | None = None
) -> Account | None:
    """What the usage inside an answer says; None where there is none, or where it cannot be true.

    `extra` is as LangSmith's runs have it: metadata may hold the usage, the runtime a library's name.
    """
    if not isinstance(answer, dict):
        return None
    reading = read_usage(kind, answer, extra)
    if reading is None:
        return None
    if reading.source is not UsageSource.REPORTED:
        notes.extend(reading.notes)
        return None
    return Account(
        reading.convention,
        buckets=dict(reading.usage.known()),
        fees={Fee(name): times for name, times in reading.fees.items()},
        service_tier=reading.service_tier,
        cost=reading.cost_reported,
        input_cost=reading.input_cost_reported,
        output_cost=reading.output_cost_reported,
        notes=list(reading.notes),
    )


def read_names(told: Told, answer: object, parameters: Mapping[str, Any], request: object = None) -> None:
    """Fills in the model, the tier and the parameters that a request and its answer name."""
    extra = {"invocation_params": parameters}
    names = read_model(answer if isinstance(answer, dict) else None, extra)
    asked = request if isinstance(request, dict) else {}
    told.model_answered = told.model_answered or names.answered
    told.model_asked = told.model_asked or names.asked or _text(asked, "model")
    told.service_tier = told.service_tier or names.service_tier
    given = read_parameters(asked, extra)
    told.temperature = given.temperature if told.temperature is None else told.temperature
    told.top_p = given.top_p if told.top_p is None else told.top_p
    told.max_tokens = given.max_tokens if told.max_tokens is None else told.max_tokens
    told.streamed = given.streamed if told.streamed is None else told.streamed


def best_account(told: Told, answer: object, by_library: Account | None, runtime: str = "") -> Account | None:
    """The account inside the answer, else the library's; with the cost that the library states.

    `runtime` names the framework that traced it: LangChain marks what came from its cache.
    """
    if told.kind not in (Kind.LLM, Kind.EMBEDDING):
        return by_library
    extra = {"runtime": {"library": runtime}} if runtime else None
    within = account_within(told.kind, answer, told.notes, extra)
    if within is None:
        return by_library
    if by_library is not None and within.cost is None:
        within.cost = by_library.cost
        within.input_cost, within.output_cost = by_library.input_cost, by_library.output_cost
    return within


def without_vectors(answer: object) -> Any:
    """An answer of embeddings without its numbers: how many vectors of how many dimensions they were."""
    if isinstance(answer, dict):
        for name in ("data", "embeddings"):
            found = _measured(answer.get(name))
            if found:
                return {key: value for key, value in answer.items() if key != name} | found
    return _measured(answer) or answer


def _measured(vectors: object) -> dict[str, int | None]:
    if not isinstance(vectors, list) or not vectors:
        return {}
    first = vectors[0]
    if isinstance(first, int | float):  # the one vector of the one text
        return {"vectors": 1, "dimensions": len(vectors)}
    if isinstance(first, dict):
        first = first.get("embedding", first.get("values"))
        if isinstance(first, str):  # base64
            return {"vectors": len(vectors), "dimensions": None}
    return {"vectors": len(vectors), "dimensions": len(first)} if isinstance(first, list) else {}


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
