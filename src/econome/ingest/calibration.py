"""How many characters a token has, model by model, learned from the calls that report their usage."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from econome.store.client import Store, StoreError
from econome.store.question import question

log = logging.getLogger(__name__)

LEAST_CALLS = 20
"""Fewer calls than these teach nothing."""

FRESH_SECONDS = 600.0
_LOOKS_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Characters per token, sent and generated, and where they come from."""

    sent: float
    generated: float
    name: str  # of the estimator, with its version: what stands in the run's convention

    def tokens_sent(self, characters: int) -> int:
        """At least one."""
        return max(1, round(characters / self.sent))

    def tokens_generated(self, characters: int) -> int:
        """At least one."""
        return max(1, round(characters / self.generated))


UNTAUGHT = Ratio(4.0, 4.0, "characters@1/4")
"""What is usual for English text, for models that nobody has reported on."""


@dataclass(frozen=True, slots=True)
class _Taught:
    workspace: UUID
    provider: str
    model: str
    calls: int
    answers: int
    chars_sent: int
    tokens_sent: int
    chars_generated: int
    tokens_generated: int


class Calibration:
    """The ratios, learned beside the writer and never waited for."""

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.monotonic, *, beside: bool = True
    ) -> None:
        """Not `beside`: a test learns where it stands."""
        self._store = store
        self._clock = clock
        self._beside = beside
        self._learned_at: float | None = None
        self._ratios: dict[tuple[UUID, str, str], Ratio] = {}

    def ratio(self, workspace: UUID, provider: str, model: str) -> Ratio:
        """The ratio of a model in a workspace; the usual one when too few of its calls have reported."""
        now = self._clock()
        if self._learned_at is None or now - self._learned_at > FRESH_SECONDS:
            self._learned_at = now
            if self._beside:
                threading.Thread(target=self.learn, name="calibration", daemon=True).start()
            else:
                self.learn()
        return self._ratios.get((workspace, provider, model), UNTAUGHT)

    def learn(self) -> None:
        """Looks at what was reported lately. What cannot be asked now is asked the next time."""
        try:
            found = self._store.ask(
                _Taught,
                question("calibration", "econome.ingest.sql"),
                since=datetime.now(UTC) - _LOOKS_BACK,
            )
        except StoreError as error:
            log.warning("What a token of each model is long was not learned: %s", error)
            return
        self._ratios = {(row.workspace, row.provider, row.model): _ratio(row) for row in found}


def _ratio(row: _Taught) -> Ratio:
    sent = _per_token(row.chars_sent, row.tokens_sent)
    has_answers = row.answers >= LEAST_CALLS
    generated = _per_token(row.chars_generated, row.tokens_generated) if has_answers else sent
    return Ratio(sent, generated, f"characters@1/{sent:.2f},{generated:.2f}:{row.model}")


def _per_token(characters: int, tokens: int) -> float:
    """As many decimals as the estimator's name has: whoever reads it finds the same estimate."""
    return max(0.01, round(characters / tokens, 2))
