"""Which model a call asked for, which one answered, where, and with which parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NOTHING: Mapping[str, Any] = {}
_LONGEST_NAME = 200
_MOST_TOKENS = 2**63


@dataclass(frozen=True, slots=True)
class ModelNames:
    """Who answered. "" where nobody says."""

    asked: str = ""
    answered: str = ""  # usually dated, and what the price hangs on
    provider: str = ""  # as the client calls it
    service_tier: str = ""  # the one served, else the one asked for; lower case

    @property
    def priced(self) -> str:
        """The model to look up in the price book."""
        return self.answered or self.asked


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a call was asked to do. None where nobody says."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    streamed: bool | None = None


_ANSWERED = ("model_name", "model", "model_id", "modelVersion", "model_version", "modelId")
_LIFTED = tuple((name, f"ls_{name}") for name in ("temperature", "top_p", "max_tokens"))
_NO_PARAMETERS = Parameters()


def read_model(outputs: Mapping[str, Any] | None, extra: Mapping[str, Any] | None) -> ModelNames:
    """The names in one piece of a run; parsed JSON, whatever it holds: nothing raises."""
    outputs = outputs if isinstance(outputs, dict) else _NOTHING
    extra = extra if isinstance(extra, dict) else _NOTHING
    metadata = _dict(extra, "metadata")
    invocation = _dict(extra, "invocation_params")
    also = _dict(metadata, "ls_invocation_params")
    responses = [response for response in _responses(outputs) if response]
    return ModelNames(
        asked=_first_text((metadata,), ("ls_model_name",))
        or _first_text(
            (invocation, also), ("model", "model_name", "model_id", "model_path", "endpoint_name")
        ),
        answered=_first_text(responses, _ANSWERED),
        provider=_first_text((metadata,), ("ls_provider",)) or _first_text(responses, ("model_provider",)),
        service_tier=(
            _first_text(responses, ("service_tier",)) or _first_text((invocation, also), ("service_tier",))
        ).lower(),
    )


def read_parameters(inputs: Mapping[str, Any] | None, extra: Mapping[str, Any] | None) -> Parameters:
    """The parameters in one piece: in the metadata, where LangSmith lifts them, as invoked, in the inputs."""
    inputs = inputs if isinstance(inputs, dict) else _NOTHING
    extra = extra if isinstance(extra, dict) else _NOTHING
    metadata = _dict(extra, "metadata")
    lifted = {name: metadata[key] for name, key in _LIFTED if key in metadata}
    invocation = _dict(extra, "invocation_params")
    everywhere = (
        lifted,
        invocation,
        _dict(metadata, "ls_invocation_params"),
        _dict(invocation, "model_kwargs"),
        _dict(invocation, "pipeline_kwargs"),
        _dict(invocation, "generation_config"),
        inputs,
        _dict(inputs, "config"),
    )
    holders = tuple(filter(None, everywhere))  # most are empty, and each is asked for eleven names
    if not holders:
        return _NO_PARAMETERS
    return Parameters(
        temperature=_first_number(holders, ("temperature",)),
        top_p=_first_number(holders, ("top_p", "topP")),
        max_tokens=_first_count(
            holders,
            (
                "max_tokens",
                "max_completion_tokens",
                "max_output_tokens",
                "max_new_tokens",
                "maxTokens",
                "maxOutputTokens",
            ),
        ),
        streamed=_first_flag(holders, ("stream", "streaming")),
    )


def _responses(outputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where a response tells of itself, the nearest to the provider first."""
    generations = outputs.get("generations")
    if isinstance(generations, list) and generations:
        first = generations[0]
        if isinstance(first, list):
            first = first[0] if first else None
        if isinstance(first, dict):
            yield from _of_message(first.get("message"))
            yield _dict(first, "generation_info")
    yield from _of_message(outputs)
    yield from _of_message(outputs.get("message"))
    yield from _of_message(outputs.get("output"))
    messages = outputs.get("messages")
    if isinstance(messages, list) and messages:
        yield from _of_message(messages[-1])
    yield _dict(outputs, "llm_output")
    yield _dict(outputs, "llmOutput")
    yield outputs
    yield _dict(outputs, "output")
    yield _dict(outputs, "usage")


def _of_message(message: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(message, dict):
        yield _dict(_dict(message, "kwargs") or message, "response_metadata")


def _first_text(holders: Any, names: tuple[str, ...]) -> str:
    for holder in holders:
        for name in names:
            value = holder.get(name)
            if isinstance(value, str) and value:
                return value[:_LONGEST_NAME]
    return ""


def _first_number(holders: tuple[Mapping[str, Any], ...], names: tuple[str, ...]) -> float | None:
    for holder in holders:
        for name in names:
            value = holder.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
                return float(value) if math.isfinite(value) else None
    return None


def _first_count(holders: tuple[Mapping[str, Any], ...], names: tuple[str, ...]) -> int | None:
    for holder in holders:
        for name in names:
            value = holder.get(name)
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MOST_TOKENS:
                return value
    return None


def _first_flag(holders: tuple[Mapping[str, Any], ...], names: tuple[str, ...]) -> bool | None:
    for holder in holders:
        for name in names:
            value = holder.get(name)
            if isinstance(value, bool):
                return value
    return None


def _dict(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else _NOTHING
