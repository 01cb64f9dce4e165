"""Gemini's generateContent and Live, in JSON's spelling (promptTokenCount) and Python's.

The prompt contains what was cached, but not what its tools read; the candidates do not
contain the thoughts. The API leaves zeros out, and the total tells which they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, count, first_count
from econome.wire.conventions.splitting import BEYOND_TOTAL, split

_PROMPT = ("promptTokenCount", "prompt_token_count")
_CACHED = ("cachedContentTokenCount", "cached_content_token_count")
_TOOLS = ("toolUsePromptTokenCount", "tool_use_prompt_token_count")
_THOUGHTS = ("thoughtsTokenCount", "thoughts_token_count")
_ANSWER = ("candidatesTokenCount", "candidates_token_count", "responseTokenCount", "response_token_count")
_TOTAL = ("totalTokenCount", "total_token_count")
_TIERS = {"ON_DEMAND_FLEX": "flex", "ON_DEMAND_PRIORITY": "priority"}
_WHAT_IT_READS = {"AUDIO": Bucket.AUDIO_IN, "IMAGE": Bucket.IMAGE_IN, "VIDEO": Bucket.VIDEO_IN}
_WHAT_IT_MAKES = {"AUDIO": Bucket.AUDIO_OUT, "IMAGE": Bucket.IMAGE_OUT}


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a response."""
    account = Account("gemini.generate_content")
    tools, thoughts = first_count(usage, *_TOOLS), first_count(usage, *_THOUGHTS)
    prompt, answer = _sides(usage, tools or 0, thoughts or 0, account)
    if prompt is not None:
        split(account, prompt + (tools or 0), _parts_in(usage), Bucket.UNCACHED, "input")
    if answer is not None:
        parts: dict[Bucket, int | None] = {Bucket.REASONING: thoughts}
        for modality, tokens in _modalities(usage, "candidatesTokensDetails", "responseTokensDetails"):
            bucket = _WHAT_IT_MAKES.get(modality)
            if bucket:
                parts[bucket] = (parts.get(bucket) or 0) + tokens
        split(account, answer + (thoughts or 0), parts, Bucket.TEXT_OUT, "output")
    traffic = usage.get("trafficType") or usage.get("traffic_type")
    if isinstance(traffic, str):
        account.service_tier = _TIERS.get(traffic.rpartition(".")[2], "")
    return account


def _sides(
    usage: Mapping[str, Any], tools: int, thoughts: int, account: Account
) -> tuple[int | None, int | None]:
    """Prompt and answer; one that is not there is what the total leaves for it."""
    prompt, answer = first_count(usage, *_PROMPT), first_count(usage, *_ANSWER)
    total = first_count(usage, *_TOTAL)
    if total is None:
        return prompt, answer
    both = total - tools - thoughts
    if answer is None:
        return prompt, None if prompt is None or both < prompt else both - prompt
    if prompt is None:
        return both - answer if both >= answer else None, answer
    if both == prompt + answer:
        return prompt, answer
    if thoughts and both + thoughts == prompt + answer:
        account.notes.append("the answer contained the thoughts, as the total shows")
        return prompt, answer - thoughts if answer >= thoughts else 0
    account.notes.append(BEYOND_TOTAL)
    return prompt, answer


def _parts_in(usage: Mapping[str, Any]) -> dict[Bucket, int | None]:
    """What of the input is no plain text. Documents are billed as text is."""
    cached = first_count(usage, *_CACHED)
    of_cache: dict[Bucket, int] = {}
    for modality, tokens in _modalities(usage, "cacheTokensDetails"):
        bucket = _WHAT_IT_READS.get(modality)
        if bucket:
            of_cache[bucket] = of_cache.get(bucket, 0) + tokens
    parts: dict[Bucket, int | None] = {Bucket.CACHE_READ: cached}
    sound = min(of_cache.get(Bucket.AUDIO_IN, 0), cached or 0)
    if cached is not None and Bucket.AUDIO_IN in of_cache:
        parts[Bucket.CACHE_READ] = cached - sound
        parts[Bucket.CACHE_READ_AUDIO] = sound
    for modality, tokens in _modalities(usage, "promptTokensDetails", "toolUsePromptTokensDetails"):
        bucket = _WHAT_IT_READS.get(modality)
        if bucket:
            parts[bucket] = (parts.get(bucket) or 0) + tokens
    for bucket, tokens in of_cache.items():
        if parts.get(bucket):
            parts[bucket] = max(0, (parts[bucket] or 0) - tokens)
    return parts


def _modalities(usage: Mapping[str, Any], *names: str) -> Iterator[tuple[str, int]]:
    for name in names:
        listed = usage.get(name)
        if listed is None:
            listed = usage.get(_SNAKES[name])
        if not isinstance(listed, list):
            continue
        for entry in listed:
            if isinstance(entry, dict):
                tokens = count(entry.get("tokenCount", entry.get("token_count")))
                modality = entry.get("modality")
                if tokens is not None and isinstance(modality, str):
                    yield modality.rpartition(".")[2].upper(), tokens  # "MediaModality.AUDIO", too


_SNAKES = {
    "promptTokensDetails": "prompt_tokens_details",
    "cacheTokensDetails": "cache_tokens_details",
    "candidatesTokensDetails": "candidates_tokens_details",
    "responseTokensDetails": "response_tokens_details",
    "toolUsePromptTokensDetails": "tool_use_prompt_tokens_details",
}

CONVENTION = Convention("gemini.generate_content", (*_PROMPT, *_ANSWER, *_TOTAL), read)
