"""What the provider served: one line a call."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

COUNTS = ("input", "output", "cache_read", "cache_write", "reasoning")
"""What is compared. Input holds what was read from and written to the cache, output the reasoning."""

RATES: dict[str, tuple[str, str, str, str]] = {
    # Dollars for a million tokens: input, output, cache read, cache write for five minutes.
    # OpenAI's, Anthropic's, Google's and Amazon's pricing pages, 2026-08; Amazon asks a tenth more
    # for a model in a region of one's own.
    "gpt-4o-mini": ("0.15", "0.60", "0.075", "0"),
    "text-embedding-3-small": ("0.02", "0", "0", "0"),
    "claude-sonnet-4-5": ("3", "15", "0.30", "3.75"),
    "gemini-2.5-flash": ("0.30", "2.50", "0.03", "0"),
    "anthropic.claude-sonnet-4-5-20250929-v1:0": ("3.30", "16.50", "0.33", "4.125"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was billed."""

    kind: str  # "chat", "cached chat stream", "embeddings": what the losses of a case are told by
    model: str
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    told: bool = True  # the answer said how many tokens: a stream need not
    failed: bool = False

    @property
    def cost(self) -> Decimal:
        """In dollars, as the provider bills it."""
        sent, got, read, written = map(Decimal, RATES[self.model])
        fresh = self.input - self.cache_read - self.cache_write
        sums = fresh * sent + self.output * got + self.cache_read * read + self.cache_write * written
        return sums / 1_000_000


@dataclass(slots=True)
class Ledger:
    """All calls in their order."""

    calls: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)


def total(calls: Iterable[Call]) -> dict[str, int]:
    """The sums of `calls`, by `COUNTS`."""
    listed = list(calls)
    return {name: sum(getattr(call, name) for call in listed) for name in COUNTS}
