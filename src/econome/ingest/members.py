"""What counting needs to know of a run, from the run itself or from its row in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.domain.piece import INSTRUMENTATION, OF_SERVER, OF_WRAPPER, SERVICE
from econome.domain.run import CALLS, Run, Uncounted
from econome.domain.usage import Bucket, UsageSource
from econome.ingest.counting import PARTIAL, Member, Verdict
from econome.ingest.inheritance import NOTHING, Labels, labels_of
from econome.wire.conventions import REPLAYED

_WORTH = {UsageSource.REPORTED: 3, UsageSource.COUNTED: 2, UsageSource.ESTIMATED: 1}
_BUCKETS = tuple(bucket.value for bucket in Bucket)


@dataclass(frozen=True, slots=True)
class Stored:
    """A run of a trace, as the store has it."""

    trace_id: UUID
    id: UUID
    key_time: datetime
    started_at: datetime
    ended_at: datetime | None
    model: str
    parent_id: UUID | None
    project: UUID
    kind: str
    usage_source: str
    usage_place: int
    counted: bool
    uncounted: str
    response_id: str
    uncached: int | None
    cache_read: int | None
    cache_read_audio: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    audio_in: int | None
    image_in: int | None
    video_in: int | None
    text_out: int | None
    reasoning: int | None
    audio_out: int | None
    image_out: int | None
    input_tokens: int | None
    output_tokens: int | None
    user: str
    session: str
    environment: str
    tags: list[str]
    metadata: dict[str, str]
    inherited_user: str
    inherited_session: str
    inherited_environment: str
    inherited_tags: list[str]
    inherited_metadata: dict[str, str]
    notes: list[str]
    name: str
    call_site: str


def member_of(run: Run | Stored) -> Member:
    """What a trace is judged by, of one of its runs."""
    is_replayed = REPLAYED in run.notes
    is_sum = run.usage_place == OF_WRAPPER and run.usage_source == UsageSource.REPORTED
    is_call = (run.kind in CALLS or is_sum) and not is_replayed
    labels = labels_of(run.user, run.session, run.environment, run.tags, run.metadata)
    parent = run.parent_id.int if run.parent_id else None
    if not is_call:
        return Member(
            run.key_time,
            parent,
            run.project.int,
            is_call=False,
            is_known=False,
            is_replayed=is_replayed,
            labels=labels,
            name=run.name,
        )
    worth = _WORTH.get(run.usage_source, 0)  # type: ignore[call-overload]
    return Member(
        key_time=run.key_time,
        parent_id=parent,
        project=run.project.int,
        is_call=True,
        is_sum=is_sum,
        is_server=run.usage_place == OF_SERVER,
        is_known=worth > 1,  # an estimate of ours is nobody's word: whoever was told goes before it
        started_at=run.started_at,
        ended_at=run.ended_at,
        model=run.model,
        library=run.metadata.get(INSTRUMENTATION, ""),
        service=run.metadata.get(SERVICE, ""),
        answer=run.response_id,
        information=_information(run, worth) if run.response_id else 0,
        sent=run.input_tokens,
        generated=run.output_tokens,
        labels=labels,
        name=run.name,
    )


def _information(run: Run | Stored, worth: int) -> int:
    """How much a run says of its usage: from whom it is known, then its cache, reasoning, buckets, doubts."""
    caches = sum(one is not None for one in (run.cache_read, run.cache_write_5m, run.cache_write_1h))
    buckets = sum(getattr(run, bucket) is not None for bucket in _BUCKETS)
    is_doubted = any(not note.startswith(PARTIAL) for note in run.notes)
    told = ((worth * 4 + caches) * 2 + (run.reasoning is not None)) * 16 + buckets
    return told * 2 + (not is_doubted)


def verdict_of(row: Stored) -> Verdict:
    """What the trace said of a run when it was stored."""
    is_repeated = row.uncounted in (Uncounted.REPEATED, Uncounted.SHADOWED)
    inherited = NOTHING
    if (
        row.inherited_user or row.inherited_session or row.inherited_environment
        or row.inherited_tags or row.inherited_metadata
    ):  # fmt: skip
        inherited = Labels(
            row.inherited_user,
            row.inherited_session,
            row.inherited_environment,
            tuple(sorted(row.inherited_tags)),
            tuple(sorted(row.inherited_metadata.items())),
        )
    return Verdict(
        row.counted or is_repeated,
        "" if is_repeated else row.uncounted,
        next((note for note in row.notes if note.startswith(PARTIAL)), ""),
        inherited,
        row.call_site,
    )
