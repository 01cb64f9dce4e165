"""What an export of metrics brings to the metered ledger: its points, what was refused, what was passed over.

A metric that tells nothing of ours is passed over and no fault: whoever sends all that an app
measures has done nothing wrong. A point of ours that cannot be true is refused, and its neighbours stay.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

from econome.domain.metered import Measure, MeteredPoint, Temporality
from econome.domain.money import read_money, rounded
from econome.domain.piece import Reason, Refusal
from econome.wire.dialects.values import text
from econome.wire.otlp.metric_names import called, meaning_of
from econome.wire.otlp.metric_points import Metric, Point
from econome.wire.otlp.pieces import project_of

EARLIEST = timedelta(days=5 * 365)
"""How long ago a point may have been told: the store makes a part of a table for each month of a body."""
AHEAD = timedelta(days=1)
"""How far the clock of a sender may be before ours."""

_MOST = Decimal(10**15)  # no stream sums up as much
_NAME_CHARACTERS = 200
_TEXT_CHARACTERS = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_START = 946_684_800_000_000_000  # 2000-01-01: before it nobody counted a token


@dataclass(slots=True)
class MetricsDelivery:
    """What one export brings."""

    points: list[MeteredPoint] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)  # one for each point
    ignored: Counter[str] = field(default_factory=Counter)  # points by the name of their metric


class _Impossible(ValueError):
    """A point that cannot be true; the text says why."""


def delivery_of(points: Iterable[Point], now: datetime, project: str = "") -> MetricsDelivery:
    """What these points bring; `project` is what the request names, before what their resource says."""
    delivery = MetricsDelivery()
    digests: dict[int, tuple[Metric, UUID, UUID]] = {}
    for point in points:
        metric = point.metric
        if point.is_empty or metric.kind == "gauge":
            delivery.ignored[metric.name] += 1  # how much there is now, and no sum of anything
            continue
        try:
            read = _read(point, now, project, digests)
        except _Impossible as why:
            what = f"{metric.name[:_TEXT_CHARACTERS]} of {text(metric.source.resource, 'service.name')}"
            delivery.refusals.append(Refusal(Reason.NOT_STORABLE, what, str(why)))
            continue
        if read is None:
            delivery.ignored[metric.name] += 1
        else:
            delivery.points.append(read)
    return delivery


def _read(
    point: Point, now: datetime, project: str, digests: dict[int, tuple[Metric, UUID, UUID]]
) -> MeteredPoint | None:
    metric = point.metric
    meaning = meaning_of(metric, point.attributes)
    if meaning is None:
        return None
    whom = called(metric, point.attributes)
    if whom.is_wrapper and meaning.measure is Measure.SECONDS:
        return None  # how long an agent took is not how long a call took
    if metric.temporality is None:
        raise _Impossible("It does not tell whether its numbers are delta or cumulative")
    if id(metric) not in digests:  # the metric is kept with it, so that no other gets its id
        digests[id(metric)] = (metric, *_digests(metric))
    _, source, prefix = digests[id(metric)]
    resource = metric.source.resource
    return MeteredPoint(
        stream=_digest([prefix.hex, point.attributes]),
        source=source,
        started_at=_start(point),
        told_at=_told(point, now),
        temporality=metric.temporality,
        is_monotonic=metric.is_monotonic,
        total=_total(point, meaning.measure, meaning.scale),
        count=_count(point.count) if meaning.counts_calls else None,
        measure=meaning.measure,
        part=meaning.part,
        modality=text(point.attributes, "gen_ai.token.modality").lower()[:_TEXT_CHARACTERS],
        metric=metric.name[:_NAME_CHARACTERS],
        family=meaning.family,
        scope=metric.source.scope[:_NAME_CHARACTERS],
        is_wrapper=whom.is_wrapper,
        project=(project or project_of(resource))[:_NAME_CHARACTERS],
        service=text(resource, "service.name")[:_NAME_CHARACTERS],
        provider=whom.provider[:_TEXT_CHARACTERS],
        model=whom.model[:_NAME_CHARACTERS],
        model_asked=whom.model_asked[:_NAME_CHARACTERS],
        service_tier=whom.service_tier[:_TEXT_CHARACTERS],
    )


def _digests(metric: Metric) -> tuple[UUID, UUID]:
    """Who counts, and what of a stream all points of a metric have in common."""
    source = metric.source
    scope = [source.scope, source.scope_version, source.scope_attributes]
    common = [source.resource, scope, metric.name, metric.unit, metric.kind, metric.temporality]
    return _digest(source.resource), _digest([*common, metric.is_monotonic])


def _digest(value: Mapping[str, Any] | list[Any]) -> UUID:
    """The same id for the same content, whatever the order of its keys."""
    content = json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr)
    return UUID(bytes=blake2b(content.encode(), digest_size=16).digest())


def _told(point: Point, now: datetime) -> int:
    told = point.told_at
    if told <= 0:
        raise _Impossible("It does not tell when it was taken")
    first, last = _nanoseconds(now - EARLIEST), _nanoseconds(now + AHEAD)
    if not first <= told < last:
        seconds = min(told // 1_000_000_000, 253_402_300_799)  # the end of the calendar
        when = (_EPOCH + timedelta(seconds=seconds)).isoformat()
        raise _Impossible(
            f"It was taken on {when}, which is more than {EARLIEST.days} days ago or more than a day ahead"
        )
    return told


def _start(point: Point) -> int:
    """Since when it counts; 0 where it does not say, or says what cannot be."""
    return point.started_at if _FIRST_START <= point.started_at <= point.told_at else 0


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def _total(point: Point, measure: Measure, scale: Decimal) -> Decimal:
    value = point.value
    if value is None:
        raise _Impossible("It has no sum" if point.count is not None else "It has no value")
    amount = None if isinstance(value, float) and not math.isfinite(value) else read_money(value)
    if amount is None:
        raise _Impossible(f"Its value {str(value)[:_TEXT_CHARACTERS]!r} is no number")
    may_sink = not point.metric.is_monotonic and point.metric.temporality is Temporality.DELTA
    if amount < 0 and not may_sink:
        raise _Impossible(f"Its value {str(value)[:_TEXT_CHARACTERS]} is below zero: no {measure} are")
    if abs(amount) >= _MOST:
        raise _Impossible(f"Its value {str(value)[:_TEXT_CHARACTERS]} is beyond all measure")
    return rounded(amount * scale)


def _count(count: int | None) -> int | None:
    if count is not None and not 0 <= count < _MOST:
        raise _Impossible(f"Its count {str(count)[:_TEXT_CHARACTERS]} is beyond all measure")
    return count
