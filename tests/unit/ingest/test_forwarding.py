"""Passing on: to servers that take it, are slow, are down, or do not want it."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from econome.ingest import destinations, forwarding
from econome.ingest.destinations import Destination, destinations_of, seconds_of
from econome.ingest.forwarding import FORWARDED, Forwarder, Standing
from econome.settings import SettingsError
from second import Second, serving

HEADERS = {
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
    "traceparent": "00-1-2-01",
    "langsmith-project": "shop",
    "x-api-key": "our own",
    "authorization": "Bearer ours",
    "cookie": "ours",
}


@pytest.fixture
def second() -> Iterator[Second]:
    with serving(Second()) as one:
        yield one


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(forwarding, "LONGEST_WAIT_SECONDS", 0.05)


@contextmanager
def forwarder(*bases: str, **options: Any) -> Iterator[Forwarder]:
    one = Forwarder([Destination(base, (("x-team", "secret"),)) for base in bases], **options)
    one.start()
    yield one
    one.stop(within=5)


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.005)


def only(one: Forwarder) -> Standing:
    [standing] = one.standing()
    return standing


def dropped(one: Forwarder) -> dict[str, int]:
    return {why: count for why, count in only(one).dropped.items() if count}


def test_a_body_goes_on_as_it_came(second: Second) -> None:
    with forwarder(second.base) as one:
        one.offer("/v1/traces", HEADERS, b"\x1f\x8bpacked")
        until(lambda: only(one).sent == 1)
    [(path, said, body)] = second.got
    assert (path, body) == ("/otlp/v1/traces", b"\x1f\x8bpacked")
    for name in ("content-type", "content-encoding", "traceparent", "langsmith-project"):
        assert said[name] == HEADERS[name]
    assert said["x-team"] == "secret"


def test_the_keys_of_senders_stay_here(second: Second) -> None:
    with forwarder(second.base) as one:
        one.offer("/v1/traces", HEADERS, b"x")
    [(_, said, _)] = second.got
    assert not {"x-api-key", "authorization", "cookie"} & set(said)


def test_what_was_passed_on_once_is_not_passed_on_again(second: Second) -> None:
    with forwarder(second.base) as one:
        one.offer("/v1/traces", {**HEADERS, FORWARDED: "1"}, b"x")
        assert only(one).waiting == 0
    assert second.got == []


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_destination_that_is_busy_is_asked_again(second: Second, status: int) -> None:
    second.answers = [(status, {}), (status, {})]
    with forwarder(second.base) as one:
        one.offer("/v1/logs", HEADERS, b"x")
        until(lambda: only(one).sent == 1)
        assert (dropped(one), only(one).trouble) == ({}, "")
    assert second.bodies == [b"x"] * 3


def test_a_destination_is_left_alone_as_long_as_it_asks(second: Second) -> None:
    second.answers = [(429, {"retry-after": "1"})]
    with forwarder(second.base) as one:
        began = time.monotonic()
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: only(one).waiting == 1 and only(one).trouble != "")
        one.offer("/v1/traces", HEADERS, b"y")  # the others wait too
        until(lambda: only(one).sent == 2)
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500, 301])
def test_what_a_destination_does_not_want_is_dropped_and_told(
    second: Second, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    second.answers = [(status, {})]
    with forwarder(second.base) as one:
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: dropped(one) == {"refused": 1})
        assert only(one).trouble == f"it answers {status}"
        one.offer("/v1/traces", HEADERS, b"y")
        until(lambda: only(one).sent == 1)
    assert second.bodies == [b"x", b"y"]  # once each
    assert "1 refused" in caplog.text
    assert "secret" not in caplog.text


def a_closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_destination_that_is_down_gets_it_when_it_is_back() -> None:
    port = a_closed_port()
    with forwarder(f"http://127.0.0.1:{port}") as one:
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: only(one).trouble != "")
        assert only(one).waiting == 1
        with serving(Second(port)) as second:
            until(lambda: only(one).sent == 1)
    assert second.bodies == [b"x"]


def test_a_destination_that_stays_down_costs_what_is_too_old() -> None:
    with forwarder(f"http://127.0.0.1:{a_closed_port()}", kept_seconds=0.1) as one:
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: dropped(one) == {"too_old": 1})
        assert (only(one).waiting, only(one).waiting_bytes) == (0, 0)


def test_a_slow_destination_keeps_nobody_waiting_and_no_more_than_its_room(
    second: Second, caplog: pytest.LogCaptureFixture
) -> None:
    second.gate.clear()
    with forwarder(second.base, queue_bytes=1000) as one:
        for _ in range(30):  # it returns, though nothing is answered
            one.offer("/v1/traces", HEADERS, b"x" * 100)
        assert (only(one).waiting, only(one).waiting_bytes) == (10, 1000)
        assert dropped(one) == {"full": 20}
        second.gate.set()
        until(lambda: only(one).sent == 10)
        assert only(one).waiting_bytes == 0
    assert "Not forwarded to 127.0.0.1" in caplog.text


def test_one_destination_does_not_hold_up_another(second: Second) -> None:
    other = Second()
    with other.server:  # never served: its callers wait
        with forwarder(other.base, second.base) as one:
            one.offer("/v1/traces", HEADERS, b"x")
            until(lambda: one.standing()[1].sent == 1)
            assert one.standing()[0].sent == 0
            one.stop(within=0.2)
        assert one.standing()[0].dropped["stopped"] == 1


def test_what_waits_is_sent_at_the_end(second: Second) -> None:
    second.gate.clear()
    with forwarder(second.base) as one:
        for number in range(20):
            one.offer("/v1/traces", HEADERS, b"%d" % number)
        threading.Timer(0.1, second.gate.set).start()
    assert len(second.bodies) == 20
    assert dropped(one) == {}
    one.offer("/v1/traces", HEADERS, b"late")
    assert dropped(one) == {"stopped": 1}


def test_the_end_does_not_wait_for_a_destination_that_asks_for_patience(
    second: Second, caplog: pytest.LogCaptureFixture
) -> None:
    second.answers = [(503, {"retry-after": "300"})]
    with forwarder(second.base) as one:
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: only(one).trouble != "")
        began = time.monotonic()
    assert time.monotonic() - began < 4
    assert dropped(one) == {"stopped": 1}
    assert "1 stopped" in caplog.text


def test_a_connection_that_was_closed_meanwhile_is_opened_again(
    second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "SENDERS", 1)
    second.answers = [(200, {"connection": "keep-alive"})]
    with forwarder(second.base) as one:
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: only(one).sent == 1)
        cast("Any", second.server.RequestHandlerClass).timeout = 0.01  # closes what is silent
        one.offer("/v1/traces", HEADERS, b"y")
        until(lambda: only(one).sent == 2)
        time.sleep(0.1)
        one.offer("/v1/traces", HEADERS, b"z")
        until(lambda: only(one).sent == 3)
        assert dropped(one) == {}


def test_trouble_is_logged_when_it_begins_and_when_it_ends(
    second: Second, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    second.answers = [(503, {})] * 3
    with forwarder(second.base) as one:
        one.offer("/v1/traces", HEADERS, b"x")
        until(lambda: only(one).sent == 1)
    assert [line.getMessage().rpartition(": ")[2] for line in caplog.records] == [
        "it answers 503",
        f"Forwarding to {destinations_of([second.base], [])[0].host} goes on",
    ]


def test_nothing_is_kept_where_nobody_is_told() -> None:
    one = Forwarder([])
    one.start()
    one.offer("/v1/traces", HEADERS, b"x")
    assert one.standing() == []
    one.stop()


# --- what the settings may say ----------------------------------------------------------


def test_a_header_is_for_the_one_destination_or_for_the_one_it_names() -> None:
    [one] = destinations_of(["https://a.test/x/"], ["X-Key=a%20b", "other=c=d"])
    assert one == Destination("https://a.test/x", (("x-key", "a b"), ("other", "c=d")))
    first, other = destinations_of(["https://a.test", "http://b.test:4318"], ["b.test:4318/x-key=k"])
    assert (first.headers, other.headers) == ((), (("x-key", "k"),))


@pytest.mark.parametrize(
    ("bases", "headers", "why"),
    [
        (["ftp://a.test"], [], "https://"),
        (["a.test"], [], "https://"),
        (["https://a.test:port"], [], "port"),
        (["https://user:hidden@a.test"], [], "--forward-header"),
        (["https://a.test?key=hidden"], [], "--forward-header"),
        (["https://a.test/v1/traces"], [], "without /v1/traces"),
        (["https://a.test", "https://a.test"], [], "twice"),
        (["https://a.test"], ["nonsense"], "name=value"),
        (["https://a.test"], ["key=hidden\nx"], "name=value"),
        (["https://a.test", "https://b.test"], ["key=hidden"], "which destination"),
        (["https://a.test"], ["b.test/key=hidden"], "does not name"),
    ],
)
def test_a_destination_that_cannot_be_is_refused(bases: list[str], headers: list[str], why: str) -> None:
    with pytest.raises(SettingsError, match=why) as refused:
        destinations_of(bases, headers)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("7", 7),
        ("soon", 0),
        ("-3", 0),
        ("99999999999999", destinations.MOST_SECONDS),
        ("Wed, 18 Mar 2026 12:00:30 GMT", 30),
        ("Wed, 18 Mar 2026 11:00:00 GMT", 0),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(said: str | None, seconds: float) -> None:
    assert seconds_of(said, datetime(2026, 3, 18, 12, tzinfo=UTC)) == seconds
