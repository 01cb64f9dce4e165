"""kill -9 under spans: an exporter's batch that was answered is stored, once, however often it comes."""

from __future__ import annotations

import http.client
import json
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from durability.started import Started

KILLS = 8
SENDERS = 3
SPANS = 20
SPAN = "since=2020-01-01T00:00:00Z&until=2040-01-01T00:00:00Z"


class Exporter:
    """Sends batches, each until it is answered, as OpenTelemetry's do."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a test repeats itself
        self._waiting: list[dict[str, Any]] | None = None
        self.answered: list[dict[str, Any]] = []

    def send(self, address: str, stop: threading.Event) -> None:
        """Sends until told to stop, or until the server is gone."""
        where = urlsplit(address)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            while not stop.is_set() or self._waiting:
                if self._waiting is None:
                    self._waiting = [self._span() for _ in range(SPANS)]
                connection.request(
                    "POST", "/v1/traces", body_of(self._waiting), {"Content-Type": "application/json"}
                )
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.answered += self._waiting
                    self._waiting = None
        except (OSError, http.client.HTTPException):
            pass  # killed: what was not answered comes again
        finally:
            connection.close()

    def _span(self) -> dict[str, Any]:
        now = time.time_ns()
        return {
            "traceId": f"{self._chance.getrandbits(128):032x}",
            "spanId": f"{self._chance.getrandbits(64):016x}",
            "name": "chat",
            "startTimeUnixNano": str(now),
            "endTimeUnixNano": str(now + 10**9),
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
                {"key": "gen_ai.usage.input_tokens", "value": {"intValue": self._chance.randrange(1, 999)}},
                {"key": "gen_ai.usage.output_tokens", "value": {"intValue": self._chance.randrange(1, 99)}},
            ],
        }


def test_no_span_that_was_answered_is_lost_or_double(own_folder: Path) -> None:
    chance = random.Random(20261124)  # noqa: S311
    exporters = [Exporter(seed) for seed in range(SENDERS)]
    kills = 0
    while kills < KILLS:
        before = sum(len(one.answered) for one in exporters)
        stop = threading.Event()
        with Started(own_folder) as (server, address):
            threads = [threading.Thread(target=one.send, args=(address, stop)) for one in exporters]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.3, 1.2))
            server.kill()
            server.wait()
            for thread in threads:
                thread.join()
        kills += sum(len(one.answered) for one in exporters) > before
    with Started(own_folder) as (server, address):
        drained = threading.Event()
        drained.set()
        for one in exporters:
            one.send(address, drained)
        with urlopen(f"{address}/econome/v1/overview?{SPAN}", timeout=60) as answer:  # noqa: S310 - our own
            totals = json.load(answer)["totals"]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    answered = [span for one in exporters for span in one.answered]
    assert totals["runs"] == totals["calls"] == len(answered)
    assert totals["tokens"]["input"] == sum(tokens(span, 2) for span in answered)
    assert totals["tokens"]["output"] == sum(tokens(span, 3) for span in answered)


def body_of(spans: list[dict[str, Any]]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def tokens(span: dict[str, Any], place: int) -> int:
    count: int = span["attributes"][place]["value"]["intValue"]
    return count
