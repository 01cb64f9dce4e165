"""How many tokens of which kind: disjoint buckets, so that nothing is counted twice.

Providers disagree whether "input" includes the cache or "output" the reasoning. Here no
bucket contains another: their sum is what was billed. `wire.usage` does the translation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast


class Bucket(StrEnum):
    """One disjoint kind of billed token; its value is the name of its column."""

    UNCACHED = "uncached"
    CACHE_READ = "cache_read"
    CACHE_READ_AUDIO = "cache_read_audio"
    CACHE_WRITE_5M = "cache_write_5m"
    CACHE_WRITE_1H = "cache_write_1h"
    AUDIO_IN = "audio_in"
    IMAGE_IN = "image_in"
    VIDEO_IN = "video_in"
    TEXT_OUT = "text_out"
    REASONING = "reasoning"
    AUDIO_OUT = "audio_out"
    IMAGE_OUT = "image_out"


INPUT = (
    Bucket.UNCACHED,
    Bucket.CACHE_READ,
    Bucket.CACHE_READ_AUDIO,
    Bucket.CACHE_WRITE_5M,
    Bucket.CACHE_WRITE_1H,
    Bucket.AUDIO_IN,
    Bucket.IMAGE_IN,
    Bucket.VIDEO_IN,
)
OUTPUT = (Bucket.TEXT_OUT, Bucket.REASONING, Bucket.AUDIO_OUT, Bucket.IMAGE_OUT)
_BUCKETS = tuple(Bucket)
_NAMES = tuple(bucket.value for bucket in Bucket)


class Fee(StrEnum):
    """What is billed beside tokens, by the piece. The first two are known of every call."""

    REQUEST = "request"  # the call itself
    SECOND = "second"  # of the call's duration, for models that one hosts oneself
    WEB_SEARCH = "web_search"
    FILE_SEARCH = "file_search"
    CODE_EXECUTION = "code_execution"
    GROUNDING = "grounding"  # Gemini's searches, which have a price of their own
    IMAGE = "image"  # generated, where they are sold by the piece
    PAGE = "page"  # of a document that was read
    AUDIO_SECOND = "audio_second"  # of sound, sent or made
    CHARACTER = "character"  # of text, where it is sold so


class UsageSource(StrEnum):
    """Who says how many tokens a call used."""

    REPORTED = "reported"  # by the provider or the instrumentation
    COUNTED = "counted"  # by Econome, with the model's own tokenizer
    ESTIMATED = "estimated"  # by Econome, with another model's tokenizer or a ratio
    UNKNOWN = "unknown"  # a model call of which nobody said anything
    NONE = ""  # not a model call: there is nothing to know


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens by bucket. None is unknown, which is not zero."""

    uncached: int | None = None
    cache_read: int | None = None
    cache_read_audio: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    audio_in: int | None = None
    image_in: int | None = None
    video_in: int | None = None
    text_out: int | None = None
    reasoning: int | None = None
    audio_out: int | None = None
    image_out: int | None = None

    def __post_init__(self) -> None:
        for name in _NAMES:  # done for every call: names that are plain texts are looked up twice as fast
            tokens = getattr(self, name)
            if tokens is not None and tokens < 0:
                message = f"A bucket of tokens cannot be negative: {name} = {tokens}"
                raise ValueError(message)

    def known(self) -> Iterator[tuple[Bucket, int]]:
        """The buckets somebody gave a number for, zero included."""
        for bucket in _BUCKETS:  # three times faster than asking for the fields: it is done for every call
            tokens = getattr(self, bucket)
            if tokens is not None:
                yield bucket, tokens

    @property
    def input(self) -> int | None:
        """All tokens sent, cached ones included; None when nothing is known of them."""
        return _sum(self, INPUT)

    @property
    def output(self) -> int | None:
        """All tokens generated, reasoning included; None when nothing is known of them."""
        return _sum(self, OUTPUT)

    @property
    def is_known(self) -> bool:
        """Whether any bucket has a number."""
        return any(True for _ in self.known())

    @classmethod
    def of(cls, buckets: Mapping[Bucket, int]) -> Usage:
        """The usage that has just these buckets."""
        return cls(**cast("Mapping[str, int]", buckets))  # a bucket is a text


def _sum(usage: Usage, buckets: tuple[Bucket, ...]) -> int | None:
    known = [tokens for bucket in buckets if (tokens := getattr(usage, bucket.value)) is not None]
    return sum(known) if known else None
