"""What a run of LangSmith's protocol says of the tokens that it used.

Usage may stand in seven places, several of which repeat each other. The first that holds a
known shape wins; its number is the reading's `place`. What no place tells is unknown: no
tokens are guessed here.

1. extra.metadata.usage_metadata, where SDK and LangChain put a copy
2. outputs.usage_metadata
3. outputs.generations[*][*].message, summed over the prompts of a batch
4. outputs.message, outputs.output, or the last of outputs.messages
5. outputs.llm_output.token_usage or .usage (LangChain.js: llmOutput.tokenUsage)
6. response_metadata of those messages, or generation_info
7. outputs.usage, as the provider gave it (Gemini: usageMetadata, Cohere: meta, Groq: x_groq;
   Ollama and llama.cpp: the answer itself); or inside outputs.output, where @traceable puts
   what is no dict

What is billed beside tokens and stands in the answer itself, see `wire.fees`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from econome.domain.money import read_money
from econome.domain.piece import Reading
from econome.domain.run import CALLS
from econome.domain.usage import Usage, UsageSource
from econome.wire.conventions import MOST_DOLLARS, REPLAYED, Account, Contradiction, recognise, sum_of
from econome.wire.fees import fees_in
from econome.wire.segments import preview_of_outputs

NOWHERE = 255
"""The place of a reading that found only contradictions."""

_RAW = ("token_usage", "usage", "tokenUsage")
_OF_RESPONSES = (
    *_RAW,
    *("usage_metadata", "usageMetadata", "token_count", "meta", "amazon-bedrock-invocationMetrics"),
)
_ON_TOP = frozenset(("eval_count", "prompt_eval_count", "tokens_evaluated", "tokens_predicted", "timings"))
"""What local servers write at the top of their answers, beside the answer."""

_NOTHING: Mapping[str, Any] = {}


def read_usage(
    kind: str, outputs: Mapping[str, Any] | None, extra: Mapping[str, Any] | None
) -> Reading | None:
    """What one piece of a run says of its usage; None when it says nothing that we understand.

    `outputs` and `extra` are parsed JSON, whatever it holds: nothing raises. Of runs that call
    no model only a cost that their author reports is read, with the source NONE and no tokens.
    A usage that contradicts itself gives a reading without tokens, with the source UNKNOWN and
    notes that say why.
    """
    outputs = outputs if isinstance(outputs, dict) else _NOTHING
    extra = extra if isinstance(extra, dict) else _NOTHING
    metadata = _dict(extra, "metadata")
    if not outputs and "usage_metadata" not in metadata:
        return None  # half of all pieces: a post says what was asked
    if kind not in CALLS:
        return _reported_cost(metadata, outputs)
    notes: list[str] = []
    for place, found in _places(metadata, outputs):
        try:
            account = _account(place, found, outputs)
        except Contradiction as contradiction:
            notes.append(str(contradiction))
            continue
        if account is None or not (account.buckets or account.fees):
            continue
        if account.is_zero and not account.fees and preview_of_outputs(outputs):
            notes.append("no token was reported for an answer that has some")
            continue
        if account.costs_nothing and place == 3 and _is_langchains(extra):
            account.notes.append(REPLAYED)
        if not account.fees:
            account.fees = fees_in(outputs)
        return _reading(account, place, notes)
    if notes:
        return Reading(Usage(), "", NOWHERE, UsageSource.UNKNOWN, notes=tuple(dict.fromkeys(notes)))
    return None


def _account(place: int, found: list[Mapping[str, Any]], outputs: Mapping[str, Any]) -> Account | None:
    account = sum_of([account for usage in found if (account := recognise(usage)) is not None])
    return account if account is None or place > 2 else _in_full(account, outputs.get("usage"))


def _in_full(short: Account, usage: object) -> Account:
    """The provider's own account, where it says in full what a summary beside it (LiteLLM's) cut short."""
    if len(short.buckets) > 2 or not isinstance(usage, dict):
        return short
    try:
        full = recognise(usage)
    except Contradiction:
        return short
    if full is None or len(full.buckets) <= len(short.buckets) or full.sides != short.sides:
        return short
    for name in ("cost", "input_cost", "output_cost"):
        if getattr(full, name) is None:
            setattr(full, name, getattr(short, name))
    return full


def _places(
    metadata: Mapping[str, Any], outputs: Mapping[str, Any]
) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    """Where usage stands, in order of trust; each place with the usage objects that it holds."""
    prompts = _messages_by_prompt(outputs.get("generations"))
    of_messages = [usage for messages in prompts for usage in _once(messages, "usage_metadata")]
    copy = metadata.get("usage_metadata")
    if not _knows_better(prompts, of_messages):
        yield from _at(1, copy)
    yield from _at(2, outputs.get("usage_metadata"))
    if of_messages:
        yield 3, of_messages
        yield from _at(1, copy)
    answers = _answers(outputs)
    for message in answers:
        yield from _at(4, message.get("usage_metadata"))
    for output in (_dict(outputs, "llm_output"), _dict(outputs, "llmOutput")):
        for name in _RAW:
            yield from _at(5, output.get(name))
    of_responses = [usage for messages in prompts for usage in _responses(messages)]
    if of_responses:
        yield 6, of_responses
    for message in answers:
        for usage in _responses([message]):
            yield 6, [usage]
    for holder in (outputs, *answers):
        yield from _as_given(holder)


def _as_given(holder: Mapping[str, Any]) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    """Where providers put it in their answers."""
    yield from _at(7, holder.get("usage"))
    yield from _at(7, holder.get("usageMetadata"))
    if not _ON_TOP.isdisjoint(holder):
        yield 7, [holder]
    yield from _at(7, holder.get("meta"))
    yield from _at(7, _dict(holder, "x_groq").get("usage"))


def _at(place: int, usage: object) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    if isinstance(usage, dict):
        yield place, [usage]


def _is_langchains(extra: Mapping[str, Any]) -> bool:
    """Whether LangChain traced this run.

    Its cache writes a `total_cost` of 0 into the messages that it gives back, and nothing else
    tells them from an answer. So does a free model of anybody's, who alone would write it
    anywhere else, or for a run that another library traced.
    """
    library = _dict(extra, "runtime").get("library")
    integration = _dict(extra, "metadata").get("ls_integration")
    return any(isinstance(said, str) and said.startswith("langchain") for said in (library, integration))


def _knows_better(prompts: list[list[Mapping[str, Any]]], usages: list[Mapping[str, Any]]) -> bool:
    """Whether the messages say what LangChain's copy of their sum has lost.

    The copy adds up the candidates of one prompt, each of which bears the usage of the whole
    call; and it drops the cost of nothing by which LangChain's cache marks its answers.
    """
    return bool(usages) and (
        any(len(messages) > 1 for messages in prompts) or any("total_cost" in usage for usage in usages)
    )


def _messages_by_prompt(generations: object) -> list[list[Mapping[str, Any]]]:
    """The generated messages (or bare generations, of text models), by the prompt that they answer."""
    if not isinstance(generations, list):
        return []
    prompts: list[list[Mapping[str, Any]]] = []
    for candidates in generations:
        within = candidates if isinstance(candidates, list) else [candidates]
        prompts.append([_message(candidate) for candidate in within if isinstance(candidate, dict)])
    return prompts


def _message(candidate: Mapping[str, Any]) -> Mapping[str, Any]:
    message = candidate.get("message")
    if not isinstance(message, dict):
        return candidate
    return _unwrapped(message)


def _unwrapped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message of LangChain's without the wrapping of its serialisation."""
    kwargs = message.get("kwargs")
    return kwargs if isinstance(kwargs, dict) else message


def _once(messages: list[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The usages of one prompt's candidates; one that they all repeat is the call's, and counts once."""
    usages = [message[name] for message in messages if isinstance(message.get(name), dict)]
    if len(usages) > 1 and all(usage == usages[0] for usage in usages):
        return usages[:1]
    return usages


def _responses(messages: list[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for name in ("response_metadata", "generation_info"):
        holders = [message[name] for message in messages if isinstance(message.get(name), dict)]
        for key in _OF_RESPONSES:
            usages = _once(holders, key)
            if usages:
                return usages
        on_top = [holder for holder in holders if not _ON_TOP.isdisjoint(holder)]
        if on_top:
            return on_top
    return ()


def _answers(outputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    answers = [outputs.get("message"), outputs.get("output")]
    messages = outputs.get("messages")
    if isinstance(messages, list) and messages:
        answers.append(messages[-1])
    return [_unwrapped(answer) for answer in answers if isinstance(answer, dict)]


def _reading(account: Account, place: int, notes: list[str]) -> Reading:
    notes = notes + account.notes if notes or account.notes else notes
    return Reading(
        usage=Usage.of(account.buckets),
        convention=account.convention,
        place=place,
        source=UsageSource.REPORTED,
        service_tier=account.service_tier,
        fees={fee.value: times for fee, times in account.fees.items()},
        cost_reported=account.cost,
        input_cost_reported=account.input_cost,
        output_cost_reported=account.output_cost,
        notes=tuple(dict.fromkeys(notes)) if notes else (),
    )


def _reported_cost(metadata: Mapping[str, Any], outputs: Mapping[str, Any]) -> Reading | None:
    for place, holder in ((1, metadata), (2, outputs)):
        cost = read_money(_dict(holder, "usage_metadata").get("total_cost"))
        if cost is not None and 0 <= cost <= MOST_DOLLARS:
            return Reading(Usage(), "", place, UsageSource.NONE, cost_reported=cost)
    return None


def _dict(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else _NOTHING
