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


def is_request(value: object) -> bool:
    """Whether this is a request that holds a conversation, in a shape that pages and counting know."""
    return isinstance(value, dict) and any("role" in one or "type" in one for one in messages_of(value))


def is_answer(value: object) -> bool:
    """Whether this is an answer as a provider gives it, or LangChain."""
    return isinstance(value, dict) and not _ANSWERS.isdisjoint(value)


def account_within(kind: str, answer: object, notes: list[str], runtime: str = "") -> Account | None:
    """What the usage inside an answer says; None where there is none, or where it cannot be true.

    `runtime` names the framework that traced it: LangChain marks what came from its cache.
    """
    if not isinstance(answer, dict):
        return None
    extra = {"runtime": {"library": runtime}} if runtime else None
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
    """The account inside the answer, else the library's; with the cost that the library states."""
    if told.kind not in (Kind.LLM, Kind.EMBEDDING):
        return by_library
    within = account_within(told.kind, answer, told.notes, runtime)
    if within is None:
        return by_library
    if by_library is not None and within.cost is None:
        within.cost = by_library.cost
        within.input_cost, within.output_cost = by_library.input_cost, by_library.output_cost
    return within


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
