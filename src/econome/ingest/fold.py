"""The pieces of a run fold into one row, whatever their order and however often they come.

Two rules do it. What a patch says beats what a post says, field by field: `Run.patched`
remembers which fields a patch gave. And a piece never takes back: what it does not give
stays. Everything that follows from both halves (status, model, totals of tokens) is
derived afresh after each piece.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from econome.domain.piece import OF_WRAPPER, Piece, Reading
from econome.domain.run import CALLS, NO_ID, UNDATED, Op, Run, Status
from econome.domain.usage import INPUT, OUTPUT, Bucket, UsageSource

# Order is for ever: the place of a name is its bit in the stored `patched`. Append only.
FIELDS = (
    "project",
    "trace_id",
    "parent_id",
    "dotted_order",
    "name",
    "kind",
    "error",
    "started_at",
    "ended_at",
    "first_token_at",
    "model_asked",
    "model_answered",
    "provider",
    "service_tier",
    "temperature",
    "top_p",
    "max_tokens",
    "streamed",
    "user",
    "session",
    "environment",
    "tags",
    "reference_example_id",
    "usage",
    "input_preview",
    "output_preview",
    "prompt_hash",
    "answer_hash",
    "chars_system",
    "chars_tools",
    "chars_history",
    "chars_retrieved",
    "chars_tool_results",
    "chars_user",
    "service_tier_reported",  # no column: whether the tier is the one that served, not the one asked for
    "response_id",
    "chars_answer",
    "prompt",
    "prompt_version",
    "system_hash",
    "toolset",
    "tools_called",
)
_BIT = {name: 1 << place for place, name in enumerate(FIELDS)}
_USAGE_BIT = _BIT["usage"]
_TIER_BIT = _BIT["service_tier_reported"]
_SEEN = {Op.POST: 1, Op.PATCH: 2}
_BUCKETS = tuple(bucket.value for bucket in Bucket)
_NO_PLACE = 255

FAR = timedelta(days=1)
"""How far ahead of its arrival a run may say it was: clocks differ, but not by more."""
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def fold(run: Run, piece: Piece, received_at: datetime) -> None:
    """Adds to `run` what `piece` says. Cost and `counted` are not decided here."""
    is_patch = piece.op is Op.PATCH
    is_new = run.pieces == 0  # as every span is: nothing that was said before can stand against it
    for name, value in piece.fields.items():
        bit = _BIT[name]
        if not is_new and ((run.patched & bit and not is_patch) or _is_settled(run, name, value)):
            continue
        if is_patch:
            run.patched |= bit
        setattr(run, name, value)
    if piece.metadata:
        beats = is_patch or not run.pieces & _SEEN[Op.PATCH]
        run.metadata = {**run.metadata, **piece.metadata} if beats else {**piece.metadata, **run.metadata}
    if piece.reading is not None:
        _take_reading(run, piece.reading, is_patch=is_patch)
    for note in piece.notes:
        if note not in run.notes:
            run.notes = [*run.notes, note]
    if run.pieces == 0:
        run.received_at = received_at
    run.pieces |= _SEEN[piece.op]
    _derive(run)


def _is_settled(run: Run, name: str, value: object) -> bool:
    """Whether a field has a value that no later piece may change."""
    if name == "service_tier":  # the tier that served beats the one that was asked for
        return bool(run.patched & _TIER_BIT)
    if name == "trace_id" and value != run.trace_id and run.trace_id not in (NO_ID, run.id):
        # Questions find traces by an index that old versions of a row stand in too.
        _note(run, f"a later piece named another trace, {value}; a run stays in its first")
        return True
    return False


def _take_reading(run: Run, reading: Reading, *, is_patch: bool) -> None:
    if reading.place > run.usage_place:
        return
    if reading.place == run.usage_place and run.patched & _USAGE_BIT and not is_patch:
        return
    if is_patch:
        run.patched |= _USAGE_BIT
    elif reading.place < run.usage_place:
        run.patched &= ~_USAGE_BIT
    run.usage_place = reading.place
    run.usage_source = reading.source
    run.usage_convention = reading.convention
    for bucket in _BUCKETS:
        setattr(run, bucket, getattr(reading.usage, bucket))
    run.fees = dict(reading.fees)
    if reading.service_tier:
        run.service_tier = reading.service_tier
        run.patched |= _TIER_BIT
    run.cost_reported = reading.cost_reported
    run.input_cost_reported = reading.input_cost_reported
    run.output_cost_reported = reading.output_cost_reported
    for note in reading.notes:
        if note not in run.notes:
            run.notes = [*run.notes, note]


def _derive(run: Run) -> None:
    if run.trace_id.int == 0:
        run.trace_id = run.id
    _place_in_time(run)
    run.status = Status.ERROR if run.error else Status.SUCCESS if run.ended_at else Status.PENDING
    run.model = run.model_answered or run.model_asked
    if run.kind and run.kind not in CALLS and run.usage_place != OF_WRAPPER:
        if run.usage_place != _NO_PLACE:
            _forget_usage(run)
        run.usage_source = UsageSource.NONE
    elif run.usage_place == _NO_PLACE:
        run.usage_source = UsageSource.UNKNOWN if run.kind else UsageSource.NONE
    if run.usage_source:
        run.input_tokens = _sum(run, INPUT)
        run.output_tokens = _sum(run, OUTPUT)
    else:
        run.input_tokens = run.output_tokens = None


def _forget_usage(run: Run) -> None:
    """A chain repeats its child's usage, a tool has none: only calls use tokens."""
    run.usage_convention = ""
    run.fees = {}
    for bucket in _BUCKETS:
        setattr(run, bucket, None)


def _place_in_time(run: Run) -> None:
    """Gives a run its place on the axis of time, absurd dates and missing ones included."""
    latest = max(run.received_at, run.key_time) + FAR
    if run.started_at == UNDATED:  # nobody said
        run.started_at = run.received_at if run.key_time == UNDATED else run.key_time
    elif not _FIRST <= run.started_at <= latest:
        _note(run, f"it said it started at {run.started_at.isoformat()}, which cannot be")
        run.started_at = run.received_at if run.key_time == UNDATED else run.key_time
    if run.ended_at is not None and not _FIRST <= run.ended_at <= latest:
        _note(run, f"it said it ended at {run.ended_at.isoformat()}, which cannot be: its arrival stands in")
        run.ended_at = run.received_at
    if run.ended_at is not None and run.ended_at < run.started_at:
        _note(run, f"it said it ended at {run.ended_at.isoformat()}, before it began: as if it took no time")
        run.ended_at = run.started_at
    first = run.first_token_at
    if first is not None and not run.started_at <= first <= (run.ended_at or latest):
        _note(run, f"it said its first token came at {first.isoformat()}, which cannot be")
        run.first_token_at = None


def _note(run: Run, note: str) -> None:
    if note not in run.notes:
        run.notes = [*run.notes, note]


def _sum(run: Run, buckets: tuple[Bucket, ...]) -> int | None:
    total = None
    for bucket in buckets:
        tokens = getattr(run, bucket)
        if tokens is not None:
            total = tokens if total is None else total + tokens
    return total
