"""One conversation: its turns in order, what each used and sent again, what was said and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.analytics.langsmith import payloads_of
from econome.analytics.payloads import Payload
from econome.analytics.totals import Sums
from econome.store.client import Store
from econome.store.question import question
from econome.wire.segments import is_of_user, messages_of

MOST_TURNS = 1000
"""Of a conversation, so many turns are shown."""

SEGMENTS = ("system", "tools", "history", "retrieved", "tool_results", "user")
_SENT_BEFORE = frozenset({"system", "tools", "history", "tool_results"})
"""What of a prompt may have been in the one before."""


@dataclass(frozen=True, slots=True)
class Turn(Sums):
    """A trace of a conversation. Its context is what the largest call in it was given."""

    trace_id: UUID
    root: UUID
    root_key_time: datetime
    roots: int  # 0: it has not come yet, and the last call stands for it
    call: UUID
    call_key_time: datetime
    name: str
    status: str
    error: str
    errors: int
    failed_calls: int
    started: datetime
    ended: datetime | None
    root_input: str
    root_output: str
    call_input: str
    call_output: str
    models: list[str]
    users: list[str]
    context: int | None
    context_cached: int | None  # of which read from a cache
    context_chars: list[int]  # by segment, in the order of `SEGMENTS`; all 0: nobody told the text
    turns: int  # how many the conversation has, those beyond the limit included


@dataclass(frozen=True, slots=True)
class Split:
    """A context in two: what was sent with a turn before already, at most, and the rest."""

    repeated: int
    new: int


@dataclass(frozen=True, slots=True)
class Texts:
    """What was said in a turn, and answered; of both only what the turn added."""

    run: UUID  # whose payload it is
    said: object
    answered: object
    error: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """Where a run's payload lies."""

    id: UUID
    key_time: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    rows: int
    earliest: datetime
    latest: datetime


def turns_of(store: Store, workspace: UUID, projects: Sequence[UUID], session: str) -> list[Turn]:
    """The turns of a conversation whenever they were, the first first; at most `MOST_TURNS`."""
    place = store.ask(_Place, question("span_of_session"), workspace=workspace, session=session)[0]
    if not place.rows:
        return []
    return store.ask(
        Turn,
        question("turns_of_session"),
        workspace=workspace,
        projects=list(projects),
        session=session,
        earliest=place.earliest,
        latest=place.latest,
        limit=MOST_TURNS,
    )


def splits_of(turns: Sequence[Turn]) -> list[Split | None]:
    """What each turn sent again; None where its context is unknown.

    Two bounds hold, and the lower one is told: no more can have been sent before than the last known
    context held, and no more than the share of the prompt that is no new message (by characters, where
    the text is known). Both are reached by a chat that sends its history whole: there it is exact.
    """
    splits: list[Split | None] = []
    before = 0
    for turn in turns:
        if turn.context is None:
            splits.append(None)
            continue
        repeated = min(turn.context, before)
        chars = dict(zip(SEGMENTS, turn.context_chars, strict=False))
        if whole := sum(chars.values()):
            old = sum(size for segment, size in chars.items() if segment in _SENT_BEFORE)
            repeated = min(repeated, turn.context * old // whole)
        splits.append(Split(repeated, turn.context - repeated))
        before = turn.context
    return splits


def texts_of(store: Store, workspace: UUID, turns: Sequence[Turn]) -> dict[UUID, Texts]:
    """What was said and answered, by trace: by the root, else by the last call."""
    roots = [Keyed(turn.root, turn.root_key_time) for turn in turns if turn.roots]
    calls = [Keyed(turn.call, turn.call_key_time) for turn in turns if turn.calls]
    payloads = payloads_of(store, workspace, [*roots, *calls])
    return {turn.trace_id: _texts(turn, payloads) for turn in turns}


def _texts(turn: Turn, payloads: Mapping[UUID, Payload]) -> Texts:
    speakers = [*([turn.root] if turn.roots else []), *([turn.call] if turn.calls else [])]
    speaker = next(
        (run for run in speakers if (found := payloads.get(run)) and found.inputs is not None),
        speakers[0] if speakers else turn.trace_id,
    )
    payload = payloads.get(speaker, Payload())
    return Texts(
        speaker, added(payload.inputs), added(payload.outputs, answered=True), payload.error or turn.error
    )


def added(payload: object, *, answered: bool = False) -> object:
    """What a turn adds to a conversation: of messages, the last of the user's and what follows.

    Of what was answered, only what follows. The messages stay as they were sent, and so does whatever
    holds none.
    """
    if not isinstance(payload, dict):
        return payload
    for key in ("messages", "input"):
        sent = payload.get(key)
        if not isinstance(sent, list):
            continue
        if sent and isinstance(sent[0], list):
            sent = sent[0]
        read = messages_of({"messages": sent})
        of_user = [at for at, message in enumerate(read) if is_of_user(message)]
        if len(read) == len(sent) and of_user:
            return {key: sent[of_user[-1] + answered :]}
    return payload
