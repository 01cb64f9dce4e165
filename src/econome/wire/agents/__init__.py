"""Coding agents: one file each, which reads the agent's session files and the events of its logs.

Log records and files are the ledger of their tokens. Their metrics, and the spans that some of
them send as well, tell the same tokens again.
"""

from __future__ import annotations

from types import ModuleType

from econome.domain.piece import Piece
from econome.wire.agents import claude_code, codex, gemini_cli
from econome.wire.agents.call import Agent
from econome.wire.otlp.span import LogRecord

__all__ = ["AGENTS", "Agent", "claims", "read_record"]

AGENTS: dict[Agent, ModuleType] = {
    Agent.CLAUDE_CODE: claude_code,
    Agent.CODEX: codex,
    Agent.GEMINI_CLI: gemini_cli,
}
"""Each module has `read` for a file, `claims` and `read_record` for a log record."""


def claims(record: LogRecord) -> bool:
    """Whether a coding agent wrote this log record: nobody else is to read it then."""
    return _agent_of(record) is not None


def read_record(record: LogRecord, project: str = "") -> Piece | None:
    """The run that a record of an agent tells; None for one that tells of no call, or of no agent's.

    `project` is what the request names; else it is the agent's name, as for its files.
    """
    agent = _agent_of(record)
    if agent is None:
        return None
    piece: Piece | None = AGENTS[agent].read_record(record, project)
    return piece


def _agent_of(record: LogRecord) -> Agent | None:
    for agent, module in AGENTS.items():
        if module.claims(record):
            return agent
    return None
