"""What a filter may speak of: the fields, and the expression of each over `runs`.

The one table from which identifiers of a compiled filter come. The fields are LangSmith's,
under its names, and those of ours that it has no word for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class FieldKind(Enum):
    """How the values of a field compare."""

    TEXT = auto()
    ID = auto()
    TIME = auto()
    SECONDS = auto()  # a number, or "5s", "300ms", "2m", "1h"
    NUMBER = auto()
    MONEY = auto()
    BOOLEAN = auto()
    ROLLED_NUMBER = auto()  # of the run and of the counted runs below it
    ROLLED_MONEY = auto()
    PROJECT = auto()  # by id or by name
    TAG = auto()
    METADATA = auto()
    PAIR = auto()  # half of a pair: belongs with its other half in the same and(…)
    PAYLOAD = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its expression over a row of `runs`, or, in a pair, over the pair."""

    sql: str
    kind: FieldKind
    nullable: bool = False
    pair: str = ""  # which pairs it is half of
    of: FieldKind = FieldKind.TEXT  # how a half of a pair compares


_MICROSECONDS = "(toUnixTimestamp64Micro({}) - toUnixTimestamp64Micro(started_at)) / 1e6"

LINEAGE: Final = (
    "if(dotted_order = '', arrayDistinct([id, ifNull(parent_id, id), trace_id]), "
    "arrayDistinct(arrayConcat([id], arrayMap(s -> toUUIDOrZero(substring(s, position(s, 'Z') + 1)), "
    "splitByChar('.', dotted_order)))))"
)
"""A run and its ancestors, as ids. Without a dotted order only parent and root are known."""


def _text(sql: str) -> Field:
    return Field(sql, FieldKind.TEXT)


def _rolled(sql: str) -> Field:
    return Field(sql, FieldKind.ROLLED_NUMBER, nullable=True)


def _money(sql: str) -> Field:
    return Field(sql, FieldKind.ROLLED_MONEY, nullable=True)


def _half(sql: str, pair: str, of: FieldKind = FieldKind.TEXT) -> Field:
    return Field(sql, FieldKind.PAIR, nullable=of is FieldKind.NUMBER, pair=pair, of=of)


_TOTAL = (
    "if(input_tokens is null and output_tokens is null, null, "
    "ifNull(input_tokens, 0) + ifNull(output_tokens, 0))"
)
_RAW_VALUE = "if(startsWith(p.2, '\"'), JSONExtractString(p.2), p.2)"

FIELDS: Final[dict[str, Field]] = {
    # LangSmith's
    "id": Field("id", FieldKind.ID),
    "name": _text("name"),
    "run_type": _text("kind"),
    "status": _text("status"),
    "start_time": Field("started_at", FieldKind.TIME),
    "end_time": Field("ended_at", FieldKind.TIME, nullable=True),
    "latency": Field(_MICROSECONDS.format("ended_at"), FieldKind.SECONDS, nullable=True),
    "first_token_time": Field("first_token_at", FieldKind.TIME, nullable=True),
    "time_to_first_token": Field(_MICROSECONDS.format("first_token_at"), FieldKind.SECONDS, nullable=True),
    "total_tokens": _rolled(_TOTAL),
    "prompt_tokens": _rolled("input_tokens"),
    "completion_tokens": _rolled("output_tokens"),
    "input_tokens": _rolled("input_tokens"),
    "output_tokens": _rolled("output_tokens"),
    "total_cost": _money("cost"),
    "prompt_cost": _money("input_cost"),
    "completion_cost": _money("output_cost"),
    "input_cost": _money("input_cost"),
    "output_cost": _money("output_cost"),
    "error": _text("error"),
    "tags": Field("effective_tags", FieldKind.TAG),
    "metadata": Field("effective_metadata", FieldKind.METADATA),
    "metadata_key": _half("k", "metadata"),
    "metadata_value": _half("v", "metadata"),
    "feedback_key": _half("key", "feedback"),
    "feedback_score": _half("score", "feedback", FieldKind.NUMBER),
    "feedback_value": _half("if(startsWith(value, '\"'), JSONExtractString(value), value)", "feedback"),
    "feedback_comment": _half("comment", "feedback"),
    "feedback_source": _half("JSONExtractString(source, 'type')", "feedback"),
    "inputs_key": _half("p.1", "inputs"),
    "inputs_value": _half(_RAW_VALUE, "inputs"),
    "outputs_key": _half("p.1", "outputs"),
    "outputs_value": _half(_RAW_VALUE, "outputs"),
    "inputs": Field("inputs", FieldKind.PAYLOAD),
    "outputs": Field("outputs", FieldKind.PAYLOAD),
    "extra": Field("extra", FieldKind.PAYLOAD),
    "events": Field("events", FieldKind.PAYLOAD),
    "thread_id": _text("effective_session"),
    "trace_id": Field("trace_id", FieldKind.ID),
    "parent_run_id": Field("parent_id", FieldKind.ID, nullable=True),
    "is_root": Field("parent_id is null", FieldKind.BOOLEAN),
    "execution_order": Field("if(parent_id is null, 1, 2)", FieldKind.NUMBER),
    "reference_example_id": Field("reference_example_id", FieldKind.ID, nullable=True),
    "session_id": Field("project", FieldKind.PROJECT),
    # ours
    "project": Field("project", FieldKind.PROJECT),
    "kind": _text("kind"),
    "session": _text("effective_session"),
    "user": _text("effective_user"),
    "environment": _text("effective_environment"),
    "tag": Field("effective_tags", FieldKind.TAG),
    "model": _text("model"),
    "model_asked": _text("model_asked"),
    "model_answered": _text("model_answered"),
    "provider": _text("provider"),
    "service_tier": _text("service_tier"),
    "usage_source": _text("usage_source"),
    "usage_convention": _text("usage_convention"),
    "prompt": _text("prompt"),
    "prompt_version": _text("effective_prompt_version"),
    "call_site": _text("call_site"),
    "tools_called": _text("arrayStringConcat(tools_called, '\n')"),
    "counted": Field("counted", FieldKind.BOOLEAN),
    "uncounted": _text("uncounted"),
    "response_id": _text("response_id"),
    "marked": Field("notEmpty(notes)", FieldKind.BOOLEAN),
    "note": _text("arrayStringConcat(notes, '\n')"),
    "fee_cost": Field("fee_cost", FieldKind.MONEY, nullable=True),
    "cost_reported": Field("cost_reported", FieldKind.MONEY, nullable=True),
    "priced": Field("cost is not null", FieldKind.BOOLEAN),
    "streamed": Field("ifNull(streamed, false)", FieldKind.BOOLEAN),
    "uncached_tokens": _rolled("uncached"),
    "cache_read_tokens": _rolled("cache_read"),
    "reasoning_tokens": _rolled("reasoning"),
    "temperature": Field("temperature", FieldKind.NUMBER, nullable=True),
    "top_p": Field("top_p", FieldKind.NUMBER, nullable=True),
    "max_tokens": Field("max_tokens", FieldKind.NUMBER, nullable=True),
}
