"""By what a scope can be split: the dimensions that say something there, and the keys of its metadata.

A menu must not wait for ten million runs. Beyond some number only the latest are read, and the answer
says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from econome.analytics.dimension import Dimension
from econome.analytics.runs import count_runs
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question

ENOUGH = 200_000
"""Runs. Of a value that one in ten thousand has, about twenty are among them."""

MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What some runs say of one dimension."""

    dimension: str
    values: int  # different ones; one more than MOST_VALUES stands for any number beyond
    runs: int  # that have a value


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the metadata."""

    key: str
    runs: int  # that have it, from themselves or from above
    keys: int  # how many keys there are, those beyond the limit included


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What there is to split by, and of which runs that was learnt."""

    told: list[Told]  # what tells runs apart first
    keys: list[Key]  # the most frequent first
    runs: int  # in the scope
    read: int  # of them; fewer when there are more than ENOUGH
    since: datetime  # those that were read started from here on


def dimensions(store: Store, scope: Scope, *, limit: int = 200) -> Dimensions:
    """What the runs of a scope can be split by."""
    runs = count_runs(store, scope)
    share = min(1.0, ENOUGH / max(runs, 1))
    while True:
        part = replace(scope, since=scope.until - (scope.until - scope.since) * share)
        parameters = {"most": ENOUGH, **part.parameters()}
        told = store.ask(Told, question("dimensions"), scope.filter, **parameters)
        read = next(one.runs for one in told if one.dimension == Dimension.PROJECT)  # every run has one
        if read or share == 1:
            break
        share = min(1.0, share * 8)  # it has been quiet of late
    keys = store.ask(Key, question("metadata_keys"), scope.filter, limit=limit, **parameters)
    order = [*Dimension]
    told.sort(key=lambda one: (one.values < 2, one.values < 1, order.index(Dimension(one.dimension))))
    return Dimensions(told, keys, runs, read, part.since)
