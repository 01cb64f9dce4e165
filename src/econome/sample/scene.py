"""One scene of the sample: a moment, a customer, a language, and a clock that is turned by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from econome.sample.models import Model, Used
from econome.sample.recording import Json, Recording, Step

PROJECT = "sample"
LANGUAGES = ("fr", "en", "de", "es")
SHARES = (45, 35, 12, 8)  # in percent: a French shop that sells to its neighbours


@cache
def texts(language: str) -> Json:
    """What customers ask in a language, and what the shop answers."""
    content = files("econome.sample").joinpath("texts", f"{language}.json").read_text(encoding="utf-8")
    parsed: Any = json.loads(content)
    return dict(parsed)


@cache
def prose(name: str) -> str:
    """What the shop tells its models before every conversation."""
    return files("econome.sample").joinpath("texts", f"{name}.txt").read_text(encoding="utf-8")


@dataclass(slots=True)
class Scene:
    """What the traces of one visit have in common. `now` moves as things happen."""

    key: str  # of the day and the number of the visit: ids are functions of it
    now: datetime
    random: Random
    language: str
    user: str
    version: str
    outage: bool  # whether the providers are having a bad hour

    @property
    def texts(self) -> Json:
        """The texts in the customer's language."""
        return texts(self.language)

    def wait(self, seconds: float) -> None:
        """Lets time pass, about so much."""
        self.now += timedelta(microseconds=round(seconds * 1e6 * self.random.uniform(0.75, 1.4)))

    def record(
        self, name: str, inputs: Json, part: str = "", *, session: str = "", tags: tuple[str, ...] = ()
    ) -> Recording:
        """A new trace, begun now."""
        recording = Recording(PROJECT, lambda: self.now, f"{self.key}/{part}")
        metadata = {
            "sample": True,
            "user_id": self.user,
            "environment": "production" if self.random.random() < 0.93 else "staging",
            "app_version": self.version,
            "language": self.language,
        }
        if session:
            metadata["session_id"] = session
        recording.begin(name, "chain", inputs, metadata=metadata, tags=tags)
        return recording

    def generate(self, step: Step, model: Model, used: Used, *, stream: bool = False) -> None:
        """Lets the time pass that `model` takes for `used`, and notes the first token of a stream."""
        self.wait(
            model.seconds_to_first_token
            + (used.input - used.cache_read) / 25_000
            + used.reasoning / model.tokens_per_second
        )
        if stream:
            step.first_token()
        self.wait((used.output - used.reasoning) / model.tokens_per_second)

    def hex(self, digits: int) -> str:
        """A number for a parcel, an order or an answer."""
        return f"{self.random.getrandbits(digits * 4):0{digits}x}"
