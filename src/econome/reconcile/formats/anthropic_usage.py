"""Anthropic's Admin API: pages of /v1/organizations/usage_report/messages.

The shape is that of the published reference. No number includes another, except that
`output_tokens` includes thinking, which is not told apart. Of service tiers "standard" is none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.reconcile.pages import begun, listed
from econome.reconcile.statement import Line, Refused, Statement

_TOLD: tuple[tuple[str, str, str, tuple[Bucket, ...]], ...] = (
    ("", "uncached_input_tokens", "uncached", (Bucket.UNCACHED, Bucket.IMAGE_IN)),
    ("", "cache_read_input_tokens", "cache_read", (Bucket.CACHE_READ,)),
    ("cache_creation", "ephemeral_5m_input_tokens", "cache_write_5m", (Bucket.CACHE_WRITE_5M,)),
    ("cache_creation", "ephemeral_1h_input_tokens", "cache_write_1h", (Bucket.CACHE_WRITE_1H,)),
    ("", "output_tokens", "output", (Bucket.TEXT_OUT, Bucket.REASONING)),
    ("server_tool_use", "web_search_requests", Fee.WEB_SEARCH.value, ()),
)


def read(page: dict[str, Any]) -> Statement:
    """The lines of one page."""
    statement = begun(page)
    for at, bucket in enumerate(listed(page, "data")):
        place = f"data[{at}]"
        start, end = _time(bucket, "starting_at"), _time(bucket, "ending_at")
        if start is None or end is None or not start < end:
            statement.refused.append(Refused(place, "starting_at and ending_at must be times with a zone"))
            continue
        if (end - timedelta(microseconds=1)).date() != start.date():
            statement.refused.append(Refused(place, "it begins on one day (UTC) and ends on another"))
            continue
        for number, result in enumerate(listed(bucket, "results")):
            _add(statement, f"{place}.results[{number}]", start, result)
    return statement


def _add(statement: Statement, place: str, start: datetime, result: object) -> None:
    if not isinstance(result, dict):
        statement.refused.append(Refused(place, f"it is {result!r}, not an object"))
        return
    model, tier = result.get("model"), result.get("service_tier")
    if not isinstance(model, str):
        statement.refused.append(Refused(place, "it names no model: export it with group_by[]=model"))
        return
    lines = []
    for inside, name, what, covers in _TOLD:
        holder = result.get(inside) if inside else result
        value = holder.get(name) if isinstance(holder, dict) else None
        if value is None:
            continue  # not told, which is not zero
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            statement.refused.append(Refused(place, f"{name} is {value!r}, not a number of tokens or uses"))
            return
        told = tier if isinstance(tier, str) and tier != "standard" else ""
        lines.append(Line(start.date(), "anthropic", model, told, what, Decimal(value), covers))
    if not lines:
        statement.refused.append(Refused(place, "it tells no usage"))
    statement.lines.extend(lines)


def _time(bucket: object, name: str) -> datetime | None:
    value = bucket.get(name) if isinstance(bucket, dict) else None
    try:
        read_at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return read_at.astimezone(UTC) if read_at and read_at.tzinfo else None
    except (ValueError, OverflowError):
        return None
