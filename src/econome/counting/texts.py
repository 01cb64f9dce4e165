"""The texts of a model call that was sent and answered as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """What went in and what came out; None is "not there", an empty text is a text."""

    prompts: tuple[str, ...] | None
    completions: tuple[str, ...] | None


def texts_of(inputs: object, outputs: object) -> Texts:
    """The texts of a run of LangChain's text models (`inputs.prompts`, `outputs.generations`).

    Messages are left alone: a chat model wraps them in a template of its own, and a tool call
    has tokens that its text does not show. Counting those would be a guess.
    """
    return Texts(_prompts(inputs), _completions(outputs))


def embedded_texts(inputs: object) -> tuple[str, ...] | None:
    """The texts that a run of an embedding model was given: `input`, `texts`, `text` or `query`."""
    if not isinstance(inputs, Mapping):
        return None
    for name in ("input", "texts", "documents", "text", "query"):
        given = inputs.get(name)
        if isinstance(given, str):
            return (given,)
        if isinstance(given, list) and given:
            return _all_texts(given)  # None for tokens, which some clients send
    return None


def _prompts(inputs: object) -> tuple[str, ...] | None:
    prompts = inputs.get("prompts") if isinstance(inputs, Mapping) else None
    if not isinstance(prompts, list) or not prompts:
        return None
    return _all_texts(prompts)


def _completions(outputs: object) -> tuple[str, ...] | None:
    generations = outputs.get("generations") if isinstance(outputs, Mapping) else None
    if not isinstance(generations, list) or not generations:
        return None
    texts: list[object] = []
    for answers in generations:  # one list a prompt, one generation an answer
        if not isinstance(answers, list) or not answers:
            return None
        for answer in answers:
            if not isinstance(answer, Mapping) or answer.get("message") is not None:
                return None
            texts.append(answer.get("text"))
    return _all_texts(texts)


def _all_texts(values: list[object]) -> tuple[str, ...] | None:
    """The values when every one is a text: the sum of a part would be a wrong total."""
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if len(texts) == len(values) else None
