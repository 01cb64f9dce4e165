"""OpenAI's usage API: pages of /v1/organization/usage/completions and /embeddings.

The shape is that of OpenAI's own Python client (types.admin.organization). `input_tokens`
includes cached and written tokens; `input_audio_tokens` and `input_image_tokens` are uncached
ones; `output_tokens` includes reasoning, which is not told apart.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from econome.domain.usage import Bucket
from econome.reconcile.pages import begun
from econome.reconcile.statement import Line, Refused, Statement

OBJECTS = ("organization.usage.completions.result", "organization.usage.embeddings.result")
_DAY = 86_400
_WRITES = (Bucket.CACHE_WRITE_5M, Bucket.CACHE_WRITE_1H)


def read(page: dict[str, Any]) -> Statement:
    """The lines of one page."""
    statement = begun(page)
    for at, bucket in enumerate(_listed(page.get("data"))):
        place = f"data[{at}]"
        start, end = (_count(bucket, name) for name in ("start_time", "end_time"))
        if start is None or end is None or not 0 < end - start <= _DAY or end // _DAY > 2_900_000:
            statement.refused.append(
                Refused(place, "start_time and end_time must be seconds, a day or less apart")
            )
            continue
        day = datetime.fromtimestamp(start, UTC).date()
        if datetime.fromtimestamp(end - 1, UTC).date() != day:
            statement.refused.append(Refused(place, "it begins on one day (UTC) and ends on another"))
            continue
        for number, result in enumerate(_listed(bucket.get("results"))):
            inside = f"{place}.results[{number}]"
            if result.get("object") not in OBJECTS:
                statement.refused.append(
                    Refused(inside, f"object is {result.get('object')!r}, not a usage of tokens")
                )
            elif not isinstance(result.get("model"), str):
                statement.refused.append(Refused(inside, "it names no model: export it with group_by=model"))
            else:
                _add(
                    statement,
                    inside,
                    result,
                    lambda what, amount, covers, one=result, on=day: Line(
                        on, "openai", one["model"], _tier(one), what, Decimal(amount), covers
                    ),
                )
    return statement


def _add(statement: Statement, place: str, result: dict[str, Any], line: Any) -> None:
    wrong = [
        name
        for name, value in result.items()
        if "tokens" in name and value is not None and _count(result, name) is None
    ]
    sent = _count(result, "input_tokens")
    if wrong or sent is None:
        name = wrong[0] if wrong else "input_tokens"
        statement.refused.append(Refused(place, f"{name} is {result.get(name)!r}, not a number of tokens"))
        return
    cached, written = (_count(result, f"input_{kind}_tokens") for kind in ("cached", "cache_write"))
    audio, image, cached_audio = (
        _count(result, f"input_{kind}_tokens") for kind in ("audio", "image", "cached_audio")
    )
    told = {
        "cache_read": (
            cached if cached_audio is None or cached is None else cached - cached_audio,
            (Bucket.CACHE_READ,),
        ),
        "cache_read_audio": (cached_audio, (Bucket.CACHE_READ_AUDIO,)),
        "cache_write": (written, _WRITES),
        "audio_in": (audio, (Bucket.AUDIO_IN,)),
        "image_in": (image, (Bucket.IMAGE_IN,)),
    }
    if cached_audio is None:  # then `cached` may hold both
        told["cache_read"] = (cached, (Bucket.CACHE_READ, Bucket.CACHE_READ_AUDIO))
    known = {what: (amount, covers) for what, (amount, covers) in told.items() if amount is not None}
    rest = sent - sum(amount for amount, _ in known.values())
    if rest < 0 or any(amount < 0 for amount, _ in known.values()):
        statement.refused.append(Refused(place, f"input_tokens is {sent}, less than the parts that it names"))
        return
    parts = {bucket for _, covers in known.values() for bucket in covers}
    inputs = (
        Bucket.UNCACHED,
        Bucket.CACHE_READ,
        Bucket.CACHE_READ_AUDIO,
        *_WRITES,
        Bucket.AUDIO_IN,
        Bucket.IMAGE_IN,
    )
    covers = tuple(bucket for bucket in inputs if bucket not in parts)
    statement.lines.append(line("uncached" if len(covers) == 1 else "input", rest, covers))
    statement.lines.extend(line(what, amount, covers) for what, (amount, covers) in known.items())
    _outputs(statement, place, result, line)
    calls = _count(result, "num_model_requests")
    if calls is not None:
        statement.lines.append(line("calls", calls, ()))


def _outputs(statement: Statement, place: str, result: dict[str, Any], line: Any) -> None:
    made = _count(result, "output_tokens")
    if made is None:
        return  # embeddings have none
    kinds = {Bucket.AUDIO_OUT: "output_audio_tokens", Bucket.IMAGE_OUT: "output_image_tokens"}
    known = {bucket: tokens for bucket, name in kinds.items() if (tokens := _count(result, name)) is not None}
    rest = made - sum(known.values())
    if rest < 0:
        statement.refused.append(
            Refused(f"{place}.output_tokens", f"it is {made}, less than the parts that it names")
        )
        return
    apart = tuple(bucket for bucket in kinds if bucket not in known)
    statement.lines.append(line("output", rest, (Bucket.TEXT_OUT, Bucket.REASONING, *apart)))
    statement.lines.extend(line(bucket.value, tokens, (bucket,)) for bucket, tokens in known.items())


def _tier(result: dict[str, Any]) -> str:
    tier = result.get("service_tier")
    return (
        "batch"
        if result.get("batch") is True
        else tier
        if isinstance(tier, str) and tier != "default"
        else ""
    )


def _count(of: dict[str, Any], name: str) -> int | None:
    value = of.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _listed(value: object) -> list[dict[str, Any]]:
    return [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []
