"""Spans by OpenTelemetry's protocol: how many a second are *stored*, and where the time goes.

The same bodies go to Econome and to the two servers that take them as well: 200 spans of some
3 KB a request, packed by gzip, from 4 senders that each wait for their answer.
"""

from __future__ import annotations

import gc
import gzip
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench import alternatives, otlp, steps
from bench.alternatives import Outcome
from bench.inside import stored
from bench.report import said, table
from bench.sending import SENDERS, Request, send
from bench.server import econome
from bench.session import Session
from bench.work import Step, expected
from bench.work import steps as work_of
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from econome.domain.piece import Delivery
from econome.web.serving import _calm_collector
from econome.wire.otlp import pieces, protobuf

SPANS = 200
BYTES = 3_000
PATH = "/v1/traces"


def run(session: Session) -> None:
    """What `python -m bench spans` prints."""
    limit = float(session.size(60, 10))
    work = work_of(session.size(60_000, 1_000), seed=5)
    bodies = _bodies(work)
    plain = sum(len(gzip.decompress(body)) for body in bodies[:20]) / min(20, len(bodies)) / SPANS
    said(
        f"{SPANS} spans a request, {plain:,.0f} bytes each before gzip, {SENDERS} senders, the same bodies "
        f"for all, for {limit:.0f} s at most. Counted is what lies in the database at the end."
    )
    few = work[: session.size(6_000, 400)]
    outcomes = [
        _econome(work, bodies, session),
        alternatives.mlflow(work[: session.size(24_000, 400)], session, limit, _bodies, SPANS),
        alternatives.phoenix(few, session, limit, _bodies, SPANS),
    ]
    table(
        ["server", "spans sent", "stored", "stored/s", "answered/s", "server CPU s per 1,000 spans"],
        [one.row for one in outcomes],
    )
    _profile(bodies[: session.size(100, 5)], session)


def _bodies(work: Sequence[Step]) -> list[bytes]:
    return [otlp.genai_body(work[at : at + SPANS], BYTES) for at in range(0, len(work), SPANS)]


def _econome(work: Sequence[Step], bodies: Sequence[bytes], session: Session) -> Outcome:
    folder = session.folder("spans-econome")
    folder.mkdir(parents=True)
    data = folder / "data"
    warm = work_of(SPANS, seed=6)
    with econome(data) as server:
        send(server.address, PATH, otlp.PACKED, [[Request("spans", _bodies(warm)[0])]], folder / "warm")
        server.settle()
        before = server.cpu_seconds()
        groups = [[Request("spans", body)] for body in bodies]
        sent = send(server.address, PATH, otlp.PACKED, groups, folder / "bodies")
        cpu = server.cpu_seconds() - before
        assert not sent.refused, sent.refused[:3]
        _check(server.get("/econome/v1/overview", **_span()), [*work, *warm])
    found = stored(data)
    assert found.runs == len(work) + len(warm), found
    return Outcome("Econome", len(work), len(work), sent.seconds, sent.seconds, cpu)


def _span() -> dict[str, str]:
    until = datetime.now(UTC) + timedelta(hours=1)
    return {"since": (until - timedelta(days=7)).isoformat(), "until": until.isoformat()}


def _check(answer: dict[str, object], work: Sequence[Step]) -> None:
    totals, wanted = answer["totals"], expected(work)
    assert isinstance(totals, dict)
    found = (totals["runs"], totals["calls"], totals["tokens"]["input"], totals["tokens"]["output"])
    assert found == (wanted.runs, wanted.calls, wanted.input_tokens, wanted.output_tokens), (found, wanted)


def _profile(bodies: Sequence[bytes], session: Session) -> None:
    """Processor time of each step, in one process and without HTTP."""
    _calm_collector()
    count = len(bodies) * SPANS
    spent: dict[str, steps.Spent] = defaultdict(steps.Spent)
    for body in bodies:
        plain, unpack = steps.timed(lambda: gzip.decompress(body))  # noqa: B023 - called at once, as below
        _, parse = steps.timed(lambda: ExportTraceServiceRequest.FromString(plain))  # noqa: B023
        spans, walk = steps.timed(lambda: list(protobuf.spans_in(plain)))  # noqa: B023
        _, read = steps.timed(lambda: pieces.delivery_of(spans))  # noqa: B023
        spent["unpack (gzip)"] += unpack
        spent["parse protobuf"] += parse
        spent["walk to Python"] += walk - parse
        spent["dialect, usage, texts, piece"] += read
    committed = steps.committing(bodies, session.folder("spans-steps"), text_index=True, decode=_decode)
    each = {**spent, **committed}
    said(f"Processor time in µs a span, over {count:,} spans, in commits of {steps.DELIVERIES} requests.")
    rows = [[step, one.own / count * 1e6, one.others / count * 1e6] for step, one in each.items()]
    table(
        ["step", "own thread", "other threads meanwhile (the engine)"],
        [*rows, ["**sum**", sum(row[1] for row in rows), sum(row[2] for row in rows)]],  # type: ignore[misc]
    )
    decoding = sum((spent[step] for step in spent), steps.Spent()).own
    said(f"Decoding alone, one core: {count / decoding:,.0f} spans a second.")
    gc.unfreeze()


def _decode(body: bytes) -> Delivery:
    return pieces.delivery_of(protobuf.spans_in(gzip.decompress(body)))
