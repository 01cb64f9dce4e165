"""What metrics tell: sums along streams, of which nobody knows the single calls."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class Measure(StrEnum):
    """What a metric of ours measures."""

    TOKENS = "tokens"
    COST = "cost"  # US dollars, as the sender reckons them
    SECONDS = "seconds"  # that calls took
    CALLS = "calls"


class Part(StrEnum):
    """Which tokens a metric counts. Some of these contain others, as their senders have it."""

    INPUT = "input"  # all that was sent, the cached part included
    UNCACHED = "uncached"  # sent, and neither read from a cache nor written to one
    CACHE_READ = "cache_read"
    CACHE_WRITE = "cache_write"
    TOOL = "tool"  # sent beside the input, for tools
    OUTPUT = "output"  # all that was generated, reasoning included
    ANSWER = "answer"  # generated, without reasoning
    REASONING = "reasoning"
    NONE = ""  # no tokens are counted


class Temporality(StrEnum):
    """What the numbers of a stream are sums since."""

    DELTA = "delta"  # the point before
    CUMULATIVE = "cumulative"  # the start of whoever counts


@dataclass(frozen=True, slots=True)
class MeteredPoint:
    """One number of one stream, as it was sent. Times are nanoseconds since 1970, UTC.

    A stream is one counter of one process: same resource, instrumentation, metric and
    attributes. `started_at` is 0 where nobody tells since when the number counts.
    """

    stream: UUID
    source: UUID  # the process: its resource alone
    started_at: int
    told_at: int
    temporality: Temporality
    is_monotonic: bool  # it never goes down but to begin anew
    total: Decimal
    count: int | None  # of the calls in it; None for a mere counter
    measure: Measure
    part: Part
    modality: str  # of the tokens: "text", "audio", …; "" is not told
    metric: str  # its name
    family: str  # metrics that tell the same in other ways are of other families
    scope: str  # the name of the instrumentation
    is_wrapper: bool  # of an agent, which may sum calls that are also told one by one
    project: str
    service: str
    provider: str
    model: str
    model_asked: str
    service_tier: str
