"""What there is to choose from: the values of each dimension in a scope."""

from __future__ import annotations

from dataclasses import dataclass

from econome.analytics.dimension import By, Dimension, split
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import Question, question

MOMENT_SECONDS = 2
"""Whoever types waits no longer for what could stand there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a dimension."""

    value: str
    runs: int


@dataclass(frozen=True, slots=True)
class _Of:
    dimension: str
    value: str
    runs: int


def facets(store: Store, scope: Scope, *, limit: int = 20) -> dict[Dimension, list[Choice]]:
    """The most frequent values of every dimension, most runs first; empty ones are none.

    It takes as long as all of them: who shows them one by one asks `facet` for each.
    """
    found: dict[Dimension, list[Choice]] = {dimension: [] for dimension in Dimension}
    for one in store.ask(_Of, question("facets"), scope.filter, limit=limit, **scope.parameters()):
        found[Dimension(one.dimension)].append(Choice(one.value, one.runs))
    tags = facet(store, scope, Dimension.TAG, limit=limit)
    found[Dimension.TAG] = [Choice(tag.value, tag.runs) for tag in tags]
    return found


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a dimension that was asked for alone."""

    value: str
    runs: int
    others: int  # how many more values there are


def facet(
    store: Store, scope: Scope, by: By, *, part: str = "", limit: int = 20, is_hurried: bool = False
) -> list[Value]:
    """The same of one dimension, which may be a key of the metadata: its values with `part` in them.

    Raises `TooHeavy` when somebody is in a hurry and it takes longer than a moment.
    """
    asked, bound = split(question("facet"), by)
    given = {"part": part, "limit": limit, **bound, **scope.parameters()}
    if not is_hurried:
        return store.recall(Value, asked, scope.filter, **given)
    asked = Question(asked.name, f"{asked.text.rstrip()}, max_execution_time = {MOMENT_SECONDS}")
    return store.ask(Value, asked, scope.filter, **given)
