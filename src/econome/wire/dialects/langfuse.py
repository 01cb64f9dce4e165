"""Langfuse's spans: those of its SDKs from version 3 on, and what they add to the spans of others.

Values are JSON in texts, scalars too from version 5 on. A span of another library may bear
Langfuse's attributes beside its own (its processor writes user, session, tags and metadata on all;
apps name the type themselves): then the other dialect reads the call, and what Langfuse says is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.conventions import Contradiction, langfuse, recognise
from econome.wire.conventions.account import Account
from econome.wire.dialects import messages
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_of, moment, text, texts, under
from econome.wire.json_text import dump
from econome.wire.otlp.span import ERROR, Span

NAME = "langfuse"
SCOPE = "langfuse-sdk"

KINDS: Mapping[str, str] = {
    "generation": Kind.LLM,
    "embedding": Kind.EMBEDDING,
    "agent": Kind.AGENT,
    "tool": Kind.TOOL,
    "chain": Kind.CHAIN,
    "retriever": Kind.RETRIEVER,
    "span": Kind.CHAIN,
}
"""What each type of an observation is here. The others (event, evaluator, guardrail) keep their names."""

_OBSERVATION = "langfuse.observation."
_TRACE = "langfuse.trace."
_TYPE = "langfuse.observation.type"
_ROOTS = ("langfuse.internal.is_app_root", "langfuse.internal.as_root")
"""Set where the span above is not sent (a web framework's, say), or is made up to hold a trace's id."""
_LABELS = {
    "langfuse.release": "release",
    "langfuse.version": "version",
    "langfuse.experiment.id": "experiment_id",
    "langfuse.experiment.name": "experiment_name",
    "langfuse.experiment.dataset.id": "experiment_dataset_id",
    "langfuse.experiment.item.id": "experiment_item_id",
    "langfuse.trace.name": "trace_name",
}
"""What one may filter by, and under which key."""

_AT_ONCE = timedelta(milliseconds=1)
"""LiteLLM says that the first token of an answer that came whole came with its end, to the millisecond."""

_MOST_BYTES = 1_000
"""A larger object in the metadata is nothing to filter by: it stays among the attributes."""


def over(others: Sequence[Dialect]) -> Dialect:
    """The dialect, which leaves to these what they know of a span."""

    def read(span: Span) -> Told:
        below = next((dialect for dialect in others if dialect.matches(span)), None)
        return _add(span, below.read(span) if below is not None else Told())

    return Dialect(NAME, _matches, read)


def usage_of(details: object, notes: list[str]) -> Account | None:
    """The account of an observation's usage: in a provider's shape, or in Langfuse's own."""
    if not isinstance(details, dict):
        return None
    try:
        if not details.keys() & {"input", "output"}:
            found = recognise(details)
            if found is not None:
                return found
        return langfuse.read_details(details)
    except Contradiction as contradiction:
        notes.append(str(contradiction))
        return None


def with_costs(account: Account | None, costs: object) -> Account | None:
    """The account with what somebody says that it cost; one of nothing else where only that is told."""
    if not isinstance(costs, dict) or not costs:
        return account
    priced = account if account is not None else Account(langfuse.NAME)
    langfuse.state_costs(priced, costs)
    return priced if account is not None or priced.cost is not None else None


def asked_of(kind: str, said: object) -> Any:
    """An observation's input, in the shape that pages know where it is that of a call."""
    if kind == Kind.EMBEDDING and not isinstance(said, dict):
        return None if said is None else {"input": said}
    if kind != Kind.LLM:
        return said
    if isinstance(said, str):
        return messages.asked([{"role": "user", "content": said}])
    if isinstance(said, list) and said and all(isinstance(one, dict) and "role" in one for one in said):
        return messages.asked(said)
    return said


def answered_of(kind: str, said: object, finish: str = "") -> Any:
    """An observation's output, in the same way."""
    if kind != Kind.LLM or said is None or said == "":
        return said
    if isinstance(said, str):
        said = {"role": "assistant", "content": said}
    if isinstance(said, dict) and "role" in said and said.get("type") != "message":
        return messages.answered([said], [finish] if finish else [])
    return said


def read_parameters(told: Told, parameters: object) -> None:
    """What a call was asked to do; the SDK writes every parameter it knows, `inf` for no limit."""
    if not isinstance(parameters, dict):
        return
    told.temperature = _number(parameters.get("temperature"), told.temperature)
    told.top_p = _number(parameters.get("top_p"), told.top_p)
    most = parameters.get("max_tokens", parameters.get("max_completion_tokens"))
    if isinstance(most, int) and not isinstance(most, bool) and 0 < most < 2**63:
        told.max_tokens = most
    streamed = parameters.get("stream")
    if isinstance(streamed, bool):
        told.streamed = streamed
    tier = parameters.get("service_tier")
    if isinstance(tier, str):
        told.service_tier = told.service_tier or tier


def read_frameworks(told: Told) -> None:
    """What LangChain and LiteLLM add in the metadata: the provider, and the usage as LiteLLM counts it."""
    known = told.metadata.get("ls_provider")
    told.provider = told.provider or (known if isinstance(known, str) else "")
    usage, hidden = told.metadata.pop("usage_object", None), told.metadata.pop("hidden_params", None)
    if isinstance(hidden, dict):
        usage = usage or hidden.get("usage_object")
        provider, separator, _ = str(hidden.get("litellm_model_name") or "").partition("/")
        told.provider = told.provider or (provider if separator else "")
    account = usage_of(usage, told.notes)
    if account is None:
        return
    if told.account is not None and account.cost is None:
        account.cost, account.input_cost, account.output_cost = (
            told.account.cost,
            told.account.input_cost,
            told.account.output_cost,
        )
    told.account, told.raw_usage = account, usage


def first_token(said: datetime | None, ended_at: datetime | None) -> datetime | None:
    """When the first token came; None where that is but the end of an answer that came whole."""
    if said is None or (ended_at is not None and abs(ended_at - said) < _AT_ONCE):
        return None
    return said


def _matches(span: Span) -> bool:
    given = span.attributes
    return (
        _TYPE in given
        or span.source.scope == SCOPE
        or "langfuse.trace.tags" in given
        or "langfuse.trace.name" in given
        or "langfuse.environment" in given
        or "langfuse.observation.input" in given
    )


def _add(span: Span, told: Told) -> Told:
    given = span.attributes
    told.kind = _kind(span, told)
    _read_labels(span, told)
    _read_call(span, told)
    _read_texts(span, told)
    level = text(given, "langfuse.observation.level").upper()
    message = text(given, "langfuse.observation.status_message")
    if level == "ERROR" and span.status != ERROR:
        told.error = message or "It failed, and does not say why."
    elif level not in ("", "DEFAULT", "ERROR"):
        told.metadata["level"] = level
    if message and level != "ERROR":
        told.metadata["status_message"] = message
    return told


def _kind(span: Span, told: Told) -> str:
    said = text(span.attributes, _TYPE).lower()
    if said in ("", "span") and told.kind:
        return told.kind  # what the other library knows is more
    if not said and span.source.scope == SCOPE and "langfuse.observation.model.name" in span.attributes:
        return Kind.LLM
    if said == "generation" and "embedding" in span.name.lower():
        return Kind.EMBEDDING  # as LiteLLM and the SDK for JavaScript send those of OpenAI
    return KINDS.get(said, said)


def _read_labels(span: Span, told: Told) -> None:
    given = span.attributes
    told.user = text(given, "user.id", "langfuse.user.id") or told.user
    told.session = text(given, "session.id", "langfuse.session.id") or told.session
    environment = text(given, "langfuse.environment") or text(span.source.resource, "langfuse.environment")
    if environment != "default":  # how its SDKs say that nobody said
        told.environment = environment or told.environment
    told.tags = list(dict.fromkeys([*told.tags, *texts(given.get("langfuse.trace.tags"))]))
    for prefix in (f"{_TRACE}metadata.", f"{_OBSERVATION}metadata."):
        told.metadata.update({key: _decoded(value) for key, value in under(given, prefix).items()})
    for whole in (f"{_TRACE}metadata", f"{_OBSERVATION}metadata"):
        value = json_of(given.get(whole))
        if isinstance(value, dict):
            told.metadata.update(value)
        elif value is not None:
            told.metadata["metadata"] = value
    for name, key in _LABELS.items():
        value = text(given, name) or text(span.source.resource, name)
        if value:
            told.metadata[key] = value
    told.is_root = any(given.get(name) is True for name in _ROOTS)
    if not span.parent_id or told.is_root:
        told.name = text(given, "langfuse.trace.name") or told.name
    told.prompt_name = text(given, "langfuse.observation.prompt.name") or told.prompt_name
    told.prompt_version = text(given, "langfuse.observation.prompt.version") or told.prompt_version


def _read_call(span: Span, told: Told) -> None:
    given = span.attributes
    model = text(given, "langfuse.observation.model.name")
    if model:  # its SDK writes the model that answered over the one that was asked
        told.model_answered = model
    read_parameters(told, json_of(given.get("langfuse.observation.model.parameters")))
    said = moment(given, "langfuse.observation.completion_start_time")
    told.first_token_at = first_token(said, span.ended_at) or told.first_token_at
    details = json_of(given.get("langfuse.observation.usage_details"))
    account = usage_of(details, told.notes)
    if account is not None:
        told.account, told.raw_usage = account, details
    costs = json_of(given.get("langfuse.observation.cost_details"))
    told.account = with_costs(told.account, costs)
    read_frameworks(told)
    told.metadata = {key: value for key, value in told.metadata.items() if _is_small(value)}
    if not told.response_id and told.kind in CALLS:
        own = told.metadata.get("response_id") or told.metadata.get("id")
        told.response_id = own if isinstance(own, str) else ""


def _read_texts(span: Span, told: Told) -> None:
    given = span.attributes
    finish = told.metadata.get("finish_reason")
    for name in ("langfuse.observation.input", "langfuse.trace.input"):
        if told.inputs is None and name in given:
            told.inputs = asked_of(told.kind, _structure(given[name]))
            told.moved.add(name)
    for name in ("langfuse.observation.output", "langfuse.trace.output"):
        if told.outputs is None and name in given:
            said = _structure(given[name])
            told.outputs = answered_of(told.kind, said, finish if isinstance(finish, str) else "")
            told.moved.add(name)
    for side in ("input", "output"):  # what a trace was asked is mostly what its root was
        if (
            f"{_OBSERVATION}{side}" in told.moved
            and given.get(f"{_TRACE}{side}") == given[f"{_OBSERVATION}{side}"]
        ):
            told.moved.add(f"{_TRACE}{side}")


def _structure(value: object) -> Any:
    """An input or output: JSON where it is an object or a list; texts are written as they are."""
    return json_of(value) if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") else value


def _is_small(value: object) -> bool:
    return not isinstance(value, dict | list) or 0 < len(dump(value)) - len(b"{}") < _MOST_BYTES


def _decoded(value: object) -> Any:
    """A value of metadata: JSON from version 5 on, and before, but for texts and numbers."""
    if isinstance(value, str) and value[:1] in ('"', "{", "["):
        return json_of(value)
    return value


def _number(value: object, otherwise: float | None) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return float(value)
    return otherwise
