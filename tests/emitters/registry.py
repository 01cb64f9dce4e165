"""What each convention of usage may send, with what it bills: one generator each.

A convention without one fails the tests of the laws. Numbers are drawn as disjoint parts
and put together as the convention's sender does, so that what is billed is known without
asking the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st


@dataclass
class Sent:
    """A usage object, and the tokens and pieces that its sender bills for it."""

    usage: dict[str, Any]
    input: int | None
    output: int | None
    fees: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(
        default_factory=dict
    )  # all but `uncached` and `text_out`, which are the rest


Emitter = Callable[[st.DrawFn], Sent]
EMITTERS: dict[str, list[Emitter]] = {}
"""By the name of the convention that must be recognised."""

few = st.integers(0, 10**6)
some = st.integers(1, 10**6)


def emits(convention: str) -> Callable[[Emitter], Emitter]:
    def register(emitter: Emitter) -> Emitter:
        EMITTERS.setdefault(convention, []).append(emitter)
        return emitter

    return register


def sent_by(convention: str) -> st.SearchStrategy[Sent]:
    """Whatever senders of that convention may send."""
    return st.one_of([st.composite(emitter)() for emitter in EMITTERS[convention]])
