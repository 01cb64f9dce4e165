"""The metered ledger beside a recount by hand: both temporalities, resets, restarts, whatever comes again."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econome.analytics.metered import MeteredLedger, metered
from econome.domain.metered import Measure, MeteredPoint, Part, Temporality
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import NO_ID
from econome.domain.scope import Scope
from econome.ingest.metered import store_points
from econome.ingest.projects import Projects
from econome.pricing.book import PriceBook
from econome.store.client import Store
from metric_bodies import NOON, nanoseconds

CUMULATIVE, DELTA = Temporality.CUMULATIVE, Temporality.DELTA
_fresh = itertools.count()


@pytest.fixture
def project() -> str:
    """A project that nobody has used."""
    return f"project {next(_fresh)}"


def a_point(total: float, *, at: float, since: float | None = 0, **said: object) -> MeteredPoint:
    """A cumulative counter of input tokens, told `at` seconds past noon, that counts `since` another."""
    point = MeteredPoint(
        stream=NO_ID,
        source=NO_ID,
        started_at=0 if since is None else nanoseconds(since),
        told_at=nanoseconds(at),
        temporality=CUMULATIVE,
        is_monotonic=True,
        total=Decimal(total),
        count=None,
        measure=Measure.TOKENS,
        part=Part.INPUT,
        modality="",
        metric="gen_ai.client.inference.usage.input_tokens",
        family="inference.usage",
        scope="ours",
        is_wrapper=False,
        project="",
        service="shop",
        provider="openai",
        model="gpt-5",
        model_asked="",
        service_tier="",
    )
    return replace(point, **said)  # type: ignore[arg-type]


class Ledger:
    """One project's ledger, in the shared store."""

    def __init__(self, store: Store, project: str) -> None:
        self.store, self.project, self.projects = store, project, Projects(store)

    def take(self, *points: MeteredPoint) -> None:
        named = [replace(point, project=self.project) for point in points]
        store_points(self.store, self.projects, DEFAULT_WORKSPACE, named)

    def ask(self, since: float = 0, until: float = 86_400) -> MeteredLedger:
        scope = Scope(
            DEFAULT_WORKSPACE,
            NOON + timedelta(seconds=since),
            NOON + timedelta(seconds=until),
            (self.projects.by_name(DEFAULT_WORKSPACE, self.project),),
        )
        return metered(self.store, PriceBook([]), scope, self.projects.name_of)

    def input(self, since: float = 0, until: float = 86_400) -> int | None:
        return self.ask(since, until).total.usage.input


@pytest.fixture
def ledger(shared_store: Store, project: str) -> Ledger:
    return Ledger(shared_store, project)


# --- cumulative


def test_the_first_point_counts_from_its_start(ledger: Ledger) -> None:
    ledger.take(a_point(100, at=60))
    assert ledger.input() == 100


def test_a_repeated_sum_adds_nothing(ledger: Ledger) -> None:
    """As a flush and the shutdown after it send the same sum at two times."""
    ledger.take(a_point(100, at=60), a_point(100, at=61))
    assert ledger.input() == 100


def test_points_add_what_they_are_beyond_the_one_before(ledger: Ledger) -> None:
    ledger.take(a_point(100, at=60), a_point(130, at=120), a_point(190, at=180))
    assert ledger.input() == 190
    assert ledger.input(since=61, until=180) == 30
    assert ledger.input(since=121) == 60


def test_the_point_before_the_span_may_be_long_ago(ledger: Ledger) -> None:
    start = -90 * 86_400
    ledger.take(a_point(7_000, at=start + 60, since=start), a_point(7_010, at=60, since=start))
    assert ledger.input() == 10


def test_a_process_that_starts_again_counts_again(ledger: Ledger) -> None:
    ledger.take(a_point(100, at=60), a_point(40, at=180, since=150), a_point(45, at=240, since=150))
    assert ledger.input() == 145


def test_a_sum_that_sinks_has_begun_anew_even_with_the_same_start(ledger: Ledger) -> None:
    ledger.take(a_point(100, at=60), a_point(30, at=120), a_point(50, at=180))
    assert ledger.input() == 150


def test_a_sum_that_may_sink_is_followed_down(ledger: Ledger) -> None:
    points = [a_point(total, at=at) for total, at in ((100, 60), (30, 120), (50, 180))]
    ledger.take(*(replace(point, is_monotonic=False) for point in points))
    assert ledger.input() == 50


def test_a_histogram_whose_count_sinks_has_begun_anew(ledger: Ledger) -> None:
    ledger.take(a_point(100, at=60, count=10), a_point(120, at=120, count=2))
    found = ledger.ask().total
    assert (found.usage.input, found.calls) == (220, 12)


def test_the_order_in_which_points_arrive_does_not_matter(ledger: Ledger) -> None:
    for point in (a_point(190, at=180), a_point(100, at=60), a_point(130, at=120)):
        ledger.take(point)
    assert ledger.input() == 190
    assert ledger.input(since=61, until=121) == 30


def test_two_processes_that_look_the_same_are_told_apart_by_their_starts(ledger: Ledger) -> None:
    ledger.take(
        *(a_point(total, at=at, since=0) for total, at in ((10, 60), (20, 120))),
        *(a_point(total, at=at, since=1) for total, at in ((500, 61), (700, 121))),
    )
    assert ledger.input() == 720


def test_a_stream_that_goes_on_from_an_unknown_start_counts_from_there(ledger: Ledger) -> None:
    """A point as old as its start says where the stream stands, and nothing of what it added."""
    ledger.take(a_point(5_000, at=60, since=60), a_point(5_100, at=120, since=60))
    (one,) = ledger.ask().models
    assert (one.bill.usage.input, one.unknown_starts) == (100, 1)


def test_a_stream_that_never_tells_its_start_counts_from_its_first_point(ledger: Ledger) -> None:
    ledger.take(a_point(100, at=60, since=None), a_point(150, at=120, since=None))
    assert ledger.input() == 150


def test_a_process_that_does_nothing_makes_no_days(ledger: Ledger) -> None:
    day = 86_400
    ledger.take(a_point(100, at=60), *(a_point(100, at=60 + n * day) for n in range(1, 4)))
    (one,) = ledger.ask(until=10 * day).models
    assert [day.isoformat() for day in one.days] == ["2026-11-20"]


# --- delta


def test_deltas_are_added(ledger: Ledger) -> None:
    ledger.take(*(a_point(10, at=60 * n + 60, since=60 * n, temporality=DELTA) for n in range(5)))
    assert ledger.input() == 50
    assert ledger.input(since=61, until=181) == 20


def test_a_delta_that_comes_again_counts_once(ledger: Ledger) -> None:
    point = a_point(10, at=60, temporality=DELTA)
    ledger.take(point)
    ledger.take(point, a_point(5, at=120, since=60, temporality=DELTA))
    assert ledger.input() == 15


def test_of_deltas_that_begin_together_the_longest_holds_the_others(ledger: Ledger) -> None:
    """An exporter that heard no answer sends what it had again, with what came since."""
    ledger.take(a_point(10, at=60, temporality=DELTA), a_point(25, at=120, temporality=DELTA))
    assert ledger.input() == 25
    assert ledger.input(until=100) is None  # and it is told at its end


def test_deltas_without_a_start_are_all_added(ledger: Ledger) -> None:
    ledger.take(*(a_point(10, at=60 * n, since=None, temporality=DELTA) for n in range(1, 4)))
    assert ledger.input() == 30


# --- who tells the same twice


def test_of_two_families_that_tell_the_same_one_is_believed(ledger: Ledger) -> None:
    """As an app does that sends the old histogram and the new counters."""
    old: dict[str, Any] = {
        "stream": UUID(int=1),
        "family": "token.usage",
        "metric": "gen_ai.client.token.usage",
    }
    ledger.take(
        a_point(100, at=60),
        a_point(80, at=60, stream=UUID(int=2), part=Part.CACHE_READ),
        a_point(100, at=60, **old),
    )
    (one,) = ledger.ask().models
    assert (one.bill.usage.input, one.bill.usage.cache_read) == (100, 80)
    assert (one.told_by, one.not_added) == (["ours: inference.usage"], ["ours: token.usage"])


def test_of_two_instrumentations_the_one_that_sees_all_is_believed(ledger: Ledger) -> None:
    ledger.take(a_point(70, at=60, scope="chains"), a_point(100, at=60, scope="openai", stream=UUID(int=1)))
    (one,) = ledger.ask().models
    assert (one.bill.usage.input, one.told_by) == (100, ["openai: inference.usage"])


def test_an_agent_s_sum_counts_only_where_no_call_is_told(ledger: Ledger) -> None:
    agent: dict[str, Any] = {"is_wrapper": True, "stream": UUID(int=1)}
    ledger.take(a_point(500, at=60, **agent), a_point(100, at=60))
    ledger.take(a_point(40, at=60, source=UUID(int=9), **agent))
    assert ledger.input() == 140


def test_a_way_that_names_no_model_counts_only_where_none_does(ledger: Ledger) -> None:
    nameless: dict[str, Any] = {"model": "", "provider": "", "family": "strands", "stream": UUID(int=1)}
    ledger.take(a_point(120, at=60, **nameless), a_point(100, at=60))
    ledger.take(a_point(40, at=60, source=UUID(int=9), **nameless))
    assert ledger.input() == 140


def test_a_call_that_failed_before_a_model_answered_is_counted_with_its_way(ledger: Ledger) -> None:
    nameless: dict[str, Any] = {"model": "", "stream": UUID(int=1)}
    ledger.take(a_point(3, at=60, count=1, **nameless), a_point(100, at=60, count=7))
    assert ledger.ask().total.calls == 8


def test_two_processes_are_two(ledger: Ledger) -> None:
    ledger.take(a_point(70, at=60), a_point(30, at=60, stream=UUID(int=1), source=UUID(int=1)))
    assert ledger.input() == 100


# --- any stream


class Sent:
    """What one stream sent, in the order in which it arrived."""

    def __init__(
        self,
        number: int,
        temporality: Temporality,
        monotonic: bool,
        points: Sequence[tuple[int, int, int, int]],
    ) -> None:
        self.temporality, self.monotonic = temporality, monotonic
        self.points = [
            a_point(
                total,
                at=at,
                since=since if since >= 0 else None,
                count=count,
                temporality=temporality,
                is_monotonic=monotonic,
                stream=uuid5(NO_ID, str(number)),
                source=uuid5(NO_ID, f"process {number}"),
            )
            for since, at, total, count in points
        ]

    def recount(self, since: int, until: int) -> tuple[int, int]:
        """Tokens and calls told in the span, counted one after the other."""
        kept = {(point.started_at, point.told_at): point for point in self.points}
        by_start: dict[int, list[MeteredPoint]] = defaultdict(list)
        for _, point in sorted(kept.items()):
            by_start[point.started_at].append(point)
        tokens = calls = 0
        for start, points in by_start.items():
            for more, more_calls, told_at in self._steps(start, points):
                if nanoseconds(since) <= told_at < nanoseconds(until):
                    tokens, calls = tokens + more, calls + more_calls
        return tokens, calls

    def _steps(self, start: int, points: Sequence[MeteredPoint]) -> Iterable[tuple[int, int, int]]:
        if self.temporality is DELTA:
            for point in points if start == 0 else points[-1:]:
                yield int(point.total), point.count or 0, point.told_at
            return
        tokens = calls = 0
        for place, point in enumerate(points):
            held, held_calls = int(point.total), point.count or 0
            if place == 0 and point.told_at == start:
                pass
            elif self.monotonic and (held < tokens or held_calls < calls):
                yield held, held_calls, point.told_at
            else:
                yield held - tokens, held_calls - calls, point.told_at
            tokens, calls = held, held_calls


_SECONDS = st.integers(0, 400)
_POINTS = st.lists(
    st.tuples(
        st.sampled_from([-1, 0, 0, 0, 100, 200]), st.integers(0, 12), st.integers(0, 50), st.integers(0, 5)
    ),
    min_size=1,
    max_size=10,
)


@given(
    streams=st.lists(st.tuples(st.sampled_from(Temporality), st.booleans(), _POINTS), min_size=1, max_size=4),
    cuts=st.lists(_SECONDS, min_size=2, max_size=2, unique=True),
    chance=st.randoms(use_true_random=False),
)
@settings(max_examples=30)
def test_any_streams_in_any_order_are_counted_as_by_hand(
    shared_store: Store,
    streams: list[tuple[Temporality, bool, list[tuple[int, int, int, int]]]],
    cuts: list[int],
    chance: random.Random,
) -> None:
    sent = [
        Sent(
            number,
            temporality,
            monotonic,
            [(since, max(since, 0) + after * 10, total, count) for since, after, total, count in points],
        )
        for number, (temporality, monotonic, points) in enumerate(streams)
    ]
    ledger = Ledger(shared_store, f"project {next(_fresh)}")
    arriving = [(point, stream) for stream in sent for point in stream.points]
    chance.shuffle(arriving)
    for stream in sent:
        stream.points = [point for point, whose in arriving if whose is stream]
    while arriving:
        size = chance.randint((len(arriving) + 1) // 2, len(arriving))
        ledger.take(*dict.fromkeys(_each_once([point for point, _ in arriving[:size]])))
        del arriving[:size]
    since, until = sorted(cuts)
    recounted = [stream.recount(since, until) for stream in sent]
    found = ledger.ask(since, until).total
    assert (found.usage.input or 0) == max(sum(tokens for tokens, _ in recounted), 0)
    assert (found.calls or 0) == sum(calls for _, calls in recounted)


def _each_once(points: Sequence[MeteredPoint]) -> list[MeteredPoint]:
    """Of points with one key in one body, the last: nobody says which of two should stay."""
    return list({(point.stream, point.started_at, point.told_at): point for point in points}.values())


def test_a_ledger_of_another_workspace_is_not_this_one(shared_store: Store, project: str) -> None:
    ledger = Ledger(shared_store, project)
    ledger.take(a_point(100, at=60))
    scope = Scope(UUID(int=5), NOON, NOON + timedelta(days=1))
    assert metered(shared_store, PriceBook([]), scope, lambda *_: "").models == []


def test_midnight_parts_two_days(ledger: Ledger) -> None:
    midnight = (datetime(2026, 11, 21, tzinfo=NOON.tzinfo) - NOON).total_seconds()
    ledger.take(a_point(10, at=midnight - 1), a_point(15, at=midnight))
    (one,) = ledger.ask().models
    assert {day.isoformat(): bill.usage.input for day, bill in one.days.items()} == {
        "2026-11-20": 10,
        "2026-11-21": 5,
    }
