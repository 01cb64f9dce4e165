"""A model call of a coding agent, from its files or its logs, to the piece of a run.

Each agent writes the usage in its own words; its module hands it on in its provider's, so that
the conventions of `wire.conventions` read it, like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from econome.domain.piece import OF_SPAN, Payload, Piece, Reading
from econome.domain.run import Kind, Op
from econome.domain.usage import OUTPUT, Usage, UsageSource
from econome.wire.answers import SHORTEST_ID, characters_of
from econome.wire.conventions import (
    MOST_DOLLARS,
    Account,
    Contradiction,
    anthropic_messages,
    gemini,
    openai_responses,
)
from econome.wire.json_text import dump
from econome.wire.labels import NAME_CHARACTERS, metadata_of
from econome.wire.segments import preview_of_inputs, preview_of_outputs

_CALLS = UUID("0b9c2a54-3c0e-5d0c-8a0e-3f5d1f6f2c77")
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_MODEL_CHARACTERS = 200
_UNFINISHED = OF_SPAN + 100
"""The place of a count that was written while the answer was still coming, less what it shows."""
_ZERO = "no token was reported for an answer that has some"


class Agent(StrEnum):
    """A coding agent; its value is the name that it is imported by, and that of its project."""

    CLAUDE_CODE = "claude-code"
    CODEX = "codex"
    GEMINI_CLI = "gemini-cli"


READERS: Mapping[Agent, Callable[[Mapping[str, Any]], Account]] = {
    Agent.CLAUDE_CODE: anthropic_messages.read,
    Agent.CODEX: openai_responses.read,
    Agent.GEMINI_CLI: gemini.read,
}
"""How the usage of each agent's calls is read."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as one file or one log record tells it. "" and None are "not told"."""

    agent: Agent
    key: str  # the same wherever the call is told: what its id is made of
    usage: Mapping[str, Any]  # in the words of the provider, see `READERS`
    model: str = ""
    provider: str = ""
    is_final: bool = True  # whether the usage was written after the answer had ended
    request_id: str = ""  # by which a log record and a file know that they mean one call
    session: str = ""
    folder: str = ""  # where the agent worked
    branch: str = ""  # of git
    subagent: str = ""
    version: str = ""  # of the agent
    user: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    prompt: str = ""
    answer: str = ""
    tools: tuple[tuple[str, str], ...] = ()  # name and arguments of those that it called
    cost: Decimal | None = None  # as the agent states it
    file: str = ""
    line: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The id of its run."""
        return run_id_of(self.agent, self.key)

    @property
    def completeness(self) -> tuple[bool, int]:
        """What tells the best of several tellings of one call: the greatest."""
        try:
            generated = sum(
                amount for name, amount in READERS[self.agent](self.usage).buckets.items() if name in OUTPUT
            )
        except Contradiction:
            generated = -1
        return self.is_final, generated


def run_id_of(agent: Agent, key: str) -> UUID:
    """The id of the run of a call that `agent` knows by `key`."""
    return uuid5(_CALLS, f"{agent}\n{key}")


def likeness(agent: Agent, session: str, counts: tuple[int, ...]) -> str:
    """What stands in for the id of an answer, where neither file nor log has one.

    A session's context grows from call to call, so that all of a call's counts together tell it
    from its neighbours.
    """
    said = f"{session}/{'/'.join(map(str, counts))}".encode()
    return f"{agent}:{hashlib.blake2b(said, digest_size=16).hexdigest()}"


def piece_of(call: Call, project: str = "", *, is_log: bool = False) -> Piece:
    """The run of a call. A log record repeats its time to the letter, copies in files do not."""
    began = call.started_at or call.ended_at
    began = began if began is not None and _FIRST <= began < _LAST else None
    notes: list[str] = []
    piece = Piece(
        id=call.id,
        op=Op.PATCH,
        key_time=began if is_log else None,
        begins_at=None if is_log else began,
        project=project or call.agent.value,
        metadata=metadata_of(_metadata(call), notes),
        reading=_reading(call, notes),
    )
    _fill(piece, call, began)
    piece.notes = tuple(notes)
    return piece


def _fill(piece: Piece, call: Call, began: datetime | None) -> None:
    given = piece.fields
    given.update(trace_id=piece.id, name=call.agent.value, kind=Kind.LLM)
    for column, value, characters in (
        ("model_answered", call.model, _MODEL_CHARACTERS),
        ("provider", call.provider, _MODEL_CHARACTERS),
        ("session", call.session, NAME_CHARACTERS),
        ("user", call.user, NAME_CHARACTERS),
    ):
        if value:
            given[column] = value[:characters]
    if len(call.request_id) >= SHORTEST_ID:
        given["response_id"] = call.request_id[:_MODEL_CHARACTERS]
    if began is not None:
        given["started_at"] = began
        given["ended_at"] = call.ended_at or began
    inputs = {"messages": [{"role": "user", "content": call.prompt}]} if call.prompt else None
    outputs = _outputs(call)
    piece.payload = Payload(
        inputs=dump(inputs) if inputs else b"",
        outputs=dump(outputs) if outputs else b"",
        usage=dump(call.usage) if call.usage else b"",
        extra=dump({"metadata": piece.metadata, "source": {"file": call.file, "line": call.line}})
        if call.file
        else b"",
    )
    if inputs:
        given["input_preview"] = preview_of_inputs(inputs)
        given["chars_user"] = len(call.prompt)
    if outputs:
        given["output_preview"] = preview_of_outputs(outputs)
        given["chars_answer"] = characters_of(outputs)


def _outputs(call: Call) -> dict[str, Any] | None:
    if not (call.answer or call.tools):
        return None
    message: dict[str, Any] = {"role": "assistant", "content": call.answer}
    if call.tools:
        message["tool_calls"] = [
            {"type": "function", "function": {"name": name, "arguments": arguments}}
            for name, arguments in call.tools
        ]
    return {"choices": [{"message": message}]}


def _metadata(call: Call) -> dict[str, Any]:
    told = {
        "agent": call.agent.value,
        "folder": call.folder,
        "branch": call.branch,
        "subagent": call.subagent,
        "agent_version": call.version,
        **call.labels,
    }
    return {name: value for name, value in told.items() if value}


def _reading(call: Call, notes: list[str]) -> Reading:
    try:
        account = READERS[call.agent](call.usage)
    except Contradiction as contradiction:
        notes.append(str(contradiction))
        account = Account("")
    cost = call.cost if call.cost is not None and 0 <= call.cost <= MOST_DOLLARS else None
    is_silent = not account.buckets or (account.is_zero and bool(call.answer or call.tools))
    if is_silent and account.buckets:
        notes.append(_ZERO)
    if is_silent and not account.fees:
        return Reading(Usage(), "", 254, UsageSource.UNKNOWN, cost_reported=cost)
    return Reading(
        usage=Usage.of(account.buckets),
        convention=account.convention,
        place=_place(call),
        source=UsageSource.REPORTED,
        service_tier=account.service_tier,
        fees={fee.value: times for fee, times in account.fees.items()},
        cost_reported=cost,
        notes=tuple(account.notes),
    )


def _place(call: Call) -> int:
    """The more an unfinished count shows, the more it is trusted; a final one goes before all."""
    if call.is_final:
        return OF_SPAN
    _, generated = call.completeness
    return _UNFINISHED - min(max(generated, 0).bit_length(), 60)
