"""The work that every server is given: the runs of a small app that answers questions.

A trace has five runs: a chain, a search, a model call that decides, a tool, and a model call that
answers. Texts are drawn from a vocabulary of 4,000 made-up words, common ones more often, so that
they compress and fill a text index much as prose does. The same seed gives the same texts; only ids
and times are new.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

RUNS_OF_TRACE = 5
BATCH = 100
"""Operations in a request, as LangSmith's SDK and the /info of Econome have it."""

MODELS = ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14")
RUNTIME = {
    "sdk": "langsmith-py",
    "sdk_version": "0.15.0",
    "library": "langsmith",
    "platform": "Linux-6.8.0-x86_64-with-glibc2.39",
    "runtime": "python",
    "py_implementation": "CPython",
    "runtime_version": "3.12.7",
    "langchain_version": "1.2.1",
    "langchain_core_version": "1.7.2",
}
_SHAPE = (
    ("answer", "chain"),
    ("search", "retriever"),
    ("ChatOpenAI", "llm"),
    ("lookup", "tool"),
    ("ChatOpenAI", "llm"),
)
_WORDS_IN, _WORDS_OUT = 70, 45


@dataclass(frozen=True, slots=True)
class Step:
    """One run, before anybody's protocol. Times are seconds since 1970."""

    id: UUID
    trace_id: UUID
    ancestors: tuple[tuple[UUID, float], ...]  # from the root, itself last: id and start
    name: str
    kind: str
    started: float
    ended: float
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    metadata: dict[str, Any]
    model: str
    input_tokens: int
    output_tokens: int

    @property
    def parent_id(self) -> UUID | None:
        return self.ancestors[-2][0] if len(self.ancestors) > 1 else None

    @property
    def is_call(self) -> bool:
        return self.kind == "llm"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a store must say when it holds the work once."""

    runs: int
    traces: int
    calls: int
    input_tokens: int
    output_tokens: int


def steps(runs: int, *, seed: int = 1, per_second: float = 5_000) -> list[Step]:
    """That many runs in the order in which they began, the last about now."""
    chance = random.Random(seed)
    words = _Words(chance)
    began = time.time() - runs / per_second - 1
    made: list[Step] = []
    for number in range(runs // RUNS_OF_TRACE):
        made += _trace(chance, words, began + number * RUNS_OF_TRACE / per_second)
    return made


def expected(work: Sequence[Step]) -> Expected:
    return Expected(
        runs=len(work),
        traces=len({step.trace_id for step in work}),
        calls=sum(step.is_call for step in work),
        input_tokens=sum(step.input_tokens for step in work),
        output_tokens=sum(step.output_tokens for step in work),
    )


def batches(work: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """The work in requests of `BATCH` runs, traces whole."""
    for start in range(0, len(work), BATCH):
        yield work[start : start + BATCH]


def _trace(chance: random.Random, words: _Words, began: float) -> Iterator[Step]:
    question = words.text(_WORDS_IN // 2)
    model = chance.choice(MODELS)
    user, session = f"user-{chance.randrange(1_000)}", f"session-{chance.randrange(20_000)}"
    root = (_id_at(chance, began), began)
    for place, (name, kind) in enumerate(_SHAPE):
        started = began + place * 0.000_2
        own = root if place == 0 else (_id_at(chance, started), started)
        call = kind == "llm"
        asked, told = chance.randrange(200, 4_000) if call else 0, chance.randrange(20, 400) if call else 0
        yield Step(
            id=own[0],
            trace_id=root[0],
            ancestors=(root,) if place == 0 else (root, own),
            name=name,
            kind=kind,
            started=started,
            ended=started + chance.uniform(0.05, 3),
            inputs=_chat(question, words.text(_WORDS_IN))
            if call
            else {"question": words.text(_WORDS_IN * 5 // 4)},
            outputs=_answer(words.text(_WORDS_OUT), model, asked, told)
            if call
            else {"output": words.text(_WORDS_OUT * 2)},
            metadata={
                "user_id": user,
                "session_id": session,
                "environment": "production",
                **({"ls_provider": "openai", "ls_model_name": model, "ls_temperature": 0.2} if call else {}),
            },
            model=model if call else "",
            input_tokens=asked,
            output_tokens=told,
        )


def _chat(system: str, user: str) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": system}, {"role": "user", "content": user}]}


def _answer(text: str, model: str, asked: int, told: int) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "model": model,
        "usage_metadata": {"input_tokens": asked, "output_tokens": told, "total_tokens": asked + told},
    }


def _id_at(chance: random.Random, seconds: float) -> UUID:
    """A UUIDv7 of that instant."""
    noise = chance.getrandbits(74)
    high = int(seconds * 1000) << 80 | 7 << 76 | (noise >> 62) << 64
    return UUID(int=high | 2 << 62 | (noise & ((1 << 62) - 1)))


class _Words:
    """A vocabulary whose words are as unequally common as those of a language (Zipf)."""

    def __init__(self, chance: random.Random, size: int = 4_000) -> None:
        self._chance = chance
        self._words = [
            "".join(
                chance.choice("bcdfglmnprstv") + chance.choice("aeiou")
                for _ in range(chance.choice((1, 2, 3, 4)))
            )
            for _ in range(size)
        ]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(size)))

    def text(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=words))
