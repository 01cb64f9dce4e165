"""What is remembered of a question never changes its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders import NOON, a_run, insert_runs
from econome.analytics.dimension import Dimension
from econome.analytics.facets import facet
from econome.analytics.filters import compile_filter
from econome.analytics.models import latency_of_calls
from econome.analytics.pivot import PivotMeasure, pivot
from econome.analytics.runs import count_runs
from econome.analytics.series import Clock, series
from econome.analytics.spend import spend_by
from econome.analytics.totals import totals
from econome.analytics.users import total_of_users
from econome.domain.run import UNDATED, Run
from econome.domain.scope import Scope
from econome.store.client import Store

MORNING = NOON - timedelta(hours=12)
DAYS = 5
QUESTIONS: dict[str, Callable[[Store, Scope], object]] = {
    "totals": totals,
    "spend by model": lambda store, scope: spend_by(store, scope, Dimension.MODEL, limit=2),
    "spend by tag": lambda store, scope: spend_by(store, scope, Dimension.TAG),
    "days": lambda store, scope: series(store, scope, Dimension.MODEL, Clock("day", "Europe/Paris"), limit=1),
    "hours": lambda store, scope: series(store, scope, None, Clock("3600")),
    "users": lambda store, scope: facet(store, scope, Dimension.USER),
    "count": count_runs,
    "users in all": total_of_users,
    "a table of two": lambda store, scope: sorted(
        pivot(store, scope, Dimension.MODEL, Dimension.TAG, PivotMeasure.COST, (2, 2)).cells.items()
    ),
    "latencies": latency_of_calls,
}


@pytest.fixture
def store(store: Store) -> Iterator[Store]:
    """One that remembers whatever it can."""
    memory = store.remembered
    before = memory.least_rows, memory.resting_seconds
    memory.least_rows, memory.resting_seconds = 1, -1
    yield store
    memory.least_rows, memory.resting_seconds = before


def asked_as_ever(store: Store, ask: Callable[[Store, Scope], object], scope: Scope) -> str:
    store.remembered.least_rows = 1 << 60
    try:
        return repr(ask(store, scope))
    finally:
        store.remembered.least_rows = 1


@dataclass(frozen=True)
class Sketch:
    """What matters of a run. Its key is near its start, or not at all; hour 0 has no key."""

    hour: int
    lag: int
    model: str
    tags: tuple[str, ...]
    cost: int | None
    took: int | None  # microseconds

    def run(self) -> Run:
        started_at = MORNING + timedelta(hours=self.hour + self.lag, minutes=7)
        call = {"model": self.model, "uncached": self.took} if self.model else {}
        return a_run(
            key_time=MORNING + timedelta(hours=self.hour) if self.hour else UNDATED,
            started_at=started_at,
            ended_at=None if self.took is None else started_at + timedelta(microseconds=self.took),
            cost=None if self.cost is None else Decimal(self.cost) / 10**18,
            tags=list(self.tags),
            user=f"user-{self.hour % 3}",
            **call,
        )


hours = st.integers(min_value=-30, max_value=24 * DAYS + 30)
sketch = st.builds(
    Sketch,
    hours,
    st.sampled_from([0, 0, 0, 0, 1, -2, 40, -60]),
    st.sampled_from(["", "a", "b", "c"]),
    st.sampled_from([(), ("x",), ("x", "y")]),
    st.none() | st.integers(min_value=0, max_value=10**20),
    st.none() | st.integers(min_value=0, max_value=10**9),
)
change = st.one_of(
    st.tuples(st.just("more"), st.lists(sketch, min_size=1, max_size=4)),
    st.tuples(st.just("sent again"), st.integers(0, 99)),
    st.tuples(st.just("re-dated"), st.integers(0, 99)),
    st.tuples(st.just("removed"), st.integers(0, 99)),
)
span = st.tuples(hours, hours).filter(lambda two: two[0] < two[1])


@settings(
    max_examples=2,  # of some hundred questions each
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # a failure names its question; shrinking it takes minutes
)
@given(
    sketches=st.lists(sketch, min_size=20, max_size=30),
    changes=st.lists(change, max_size=2),
    spans=st.lists(span, min_size=1, max_size=1),
    filtered=st.sampled_from(["", "", 'eq(model, "a")', 'or(eq(user, "user-1"), gt(total_cost, 1))']),
)
def test_an_answer_is_that_of_a_scan_whatever_comes_late_again_re_dated_or_is_removed(
    store: Store,
    sketches: list[Sketch],
    changes: list[tuple[str, object]],
    spans: list[tuple[int, int]],
    filtered: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    workspace = uuid4()  # one store for all examples: each asks of a workspace of its own
    runs = put(store, workspace, sketches)
    for what, which in [("nothing", 0), *changes]:
        happens(store, workspace, runs, what, which)
        for since, until in [(-30, 24 * DAYS + 31), *spans]:
            scope = Scope(
                workspace,
                MORNING + timedelta(hours=since),
                MORNING + timedelta(hours=until),
                filter=compile_filter(filtered),
                slack=timedelta(days=3),
            )
            for name, ask in QUESTIONS.items():
                expected = asked_as_ever(store, ask, scope)
                for _ in range(2):  # the second time from what the first has kept
                    assert repr(ask(store, scope)) == expected, (name, what)
    assert not caplog.records, "what is kept could not be read, and the question was asked as ever"
    assert str(store.command("select count() > 5 from system.tables where database = 'remembered'")) == "1"


def put(store: Store, workspace: UUID, sketches: list[Sketch]) -> list[Run]:
    runs = [one.run() for one in sketches]
    for run in runs:
        run.workspace = workspace
    insert_runs(store, runs)
    return runs


def happens(store: Store, workspace: UUID, runs: list[Run], what: str, which: object) -> None:
    if isinstance(which, list):
        runs += put(store, workspace, which)
        return
    assert isinstance(which, int)
    one = runs[which % len(runs)]
    one.version += 1
    if what == "re-dated":
        one.started_at += timedelta(hours=26)
    if what == "removed":
        one.is_deleted = 1
    insert_runs(store, [one])
