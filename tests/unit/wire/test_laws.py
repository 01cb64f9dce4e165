"""Laws that hold for usage of every convention, whatever its numbers are.

`tests/emitters/` draws what each convention's senders send.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econome.domain.piece import Piece
from econome.domain.run import Op, Run
from econome.domain.usage import INPUT, OUTPUT, Bucket, Usage
from econome.ingest.fold import fold
from econome.wire.calls import describe_call
from econome.wire.conventions import CONVENTIONS, Account, Contradiction, recognise
from emitters import EMITTERS, Sent, sent_by

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
Arrival = tuple[Op, dict[str, Any], dict[str, Any] | None]
every_convention = pytest.mark.parametrize("convention", sorted(EMITTERS))

# The names under which LangSmith's `usage_metadata`, the canonical form, has the details.
CANONICAL = {
    Bucket.CACHE_READ: "cache_read",
    Bucket.CACHE_READ_AUDIO: "cache_read_audio",
    Bucket.CACHE_WRITE_5M: "ephemeral_5m_input_tokens",
    Bucket.CACHE_WRITE_1H: "ephemeral_1h_input_tokens",
    Bucket.AUDIO_IN: "audio",
    Bucket.IMAGE_IN: "image",
    Bucket.VIDEO_IN: "video",
    Bucket.REASONING: "reasoning",
    Bucket.AUDIO_OUT: "audio",
    Bucket.IMAGE_OUT: "image",
}


def test_every_convention_has_somebody_who_sends_it() -> None:
    assert {convention.name for convention in CONVENTIONS} == set(EMITTERS)


@every_convention
@settings(max_examples=40)
@given(data=st.data())
def test_each_is_recognised_as_itself(convention: str, data: st.DataObject) -> None:
    assert read(data.draw(sent_by(convention))).convention == convention


@every_convention
@settings(max_examples=40)
@given(data=st.data())
def test_buckets_sum_to_what_was_billed_and_nothing_contradicts_itself(
    convention: str, data: st.DataObject
) -> None:
    sent = data.draw(sent_by(convention))
    account = read(sent)
    assert all(tokens >= 0 for tokens in account.buckets.values())
    usage = Usage.of(account.buckets)
    assert (usage.input, usage.output) == (sent.input, sent.output)
    rest = {Bucket.UNCACHED, Bucket.TEXT_OUT}
    parts = {bucket.value: many for bucket, many in account.buckets.items() if many and bucket not in rest}
    assert parts == {bucket: many for bucket, many in sent.parts.items() if many}
    assert account.fees == sent.fees
    assert account.notes == []


@every_convention
@settings(max_examples=40)
@given(data=st.data())
def test_normalising_twice_changes_nothing(convention: str, data: st.DataObject) -> None:
    once = read(data.draw(sent_by(convention)))
    twice = recognise(canonical(once))
    assert twice is not None
    assert twice.buckets == once.buckets
    assert twice.notes == []


@every_convention
@settings(max_examples=40)
@given(data=st.data(), chance=st.randoms())
def test_the_order_of_keys_changes_nothing(convention: str, data: st.DataObject, chance: Random) -> None:
    sent = data.draw(sent_by(convention))
    assert recognise(shuffled(sent.usage, chance)) == recognise(sent.usage)


@every_convention
@settings(max_examples=40)
@given(data=st.data(), arrivals=st.lists(st.integers(0, 2), max_size=5))
def test_the_order_of_arrival_changes_nothing(
    convention: str, data: st.DataObject, arrivals: list[int]
) -> None:
    usage = data.draw(sent_by(convention)).usage
    pieces: list[Arrival] = [
        (Op.POST, {"kind": "llm", "project": UUID(int=1)}, None),
        (Op.PATCH, {"ended_at": NOON}, {"content": "Because.", "usage": usage}),
        (Op.PATCH, {}, None),
    ]
    in_order = folded(pieces)
    assert facts(folded([pieces[number] for number in [*arrivals, 2, 1, 0]])) == facts(in_order)
    assert in_order.usage_convention == convention


@every_convention
@settings(max_examples=40)
@given(data=st.data(), number=st.integers(-3, 10**9) | st.none() | st.text(max_size=3))
def test_whatever_one_count_becomes_no_bucket_is_negative(
    convention: str, data: st.DataObject, number: object
) -> None:
    usage = data.draw(sent_by(convention)).usage
    holder = usage
    while True:  # down to some count, at any depth
        key = data.draw(st.sampled_from(sorted(holder)))
        if not isinstance(holder[key], dict) or not holder[key]:
            break
        holder = holder[key]
    holder[key] = number
    try:
        account = recognise(usage)
    except Contradiction:
        assert isinstance(number, int)
        assert number < 0
        return
    assert account is None or all(tokens >= 0 for tokens in account.buckets.values())


def read(sent: Sent) -> Account:
    account = recognise(sent.usage)
    assert account is not None
    return account


def canonical(account: Account) -> dict[str, Any]:
    usage: dict[str, Any] = {}
    for side, buckets in (("input", INPUT), ("output", OUTPUT)):
        known = {bucket: account.buckets[bucket] for bucket in buckets if bucket in account.buckets}
        if known:
            usage[f"{side}_tokens"] = sum(known.values())
            usage[f"{side}_token_details"] = {
                CANONICAL[bucket]: tokens for bucket, tokens in known.items() if bucket in CANONICAL
            }
    if "input_tokens" in usage and "output_tokens" in usage:
        usage["total_tokens"] = usage["input_tokens"] + usage["output_tokens"]
    return usage


def shuffled(value: Any, chance: Random) -> Any:
    if isinstance(value, list):
        return [shuffled(part, chance) for part in value]
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return value


def folded(pieces: list[Arrival]) -> Run:
    run = Run(key_time=NOON, id=UUID(int=7))
    for op, fields, outputs in pieces:
        piece = Piece(run.id, op, NOON, fields=dict(fields))
        describe_call(piece, None, outputs, {})
        fold(run, piece, NOON)
    return run


def facts(run: Run) -> dict[str, object]:
    names = (*Bucket, "fees", "input_tokens", "output_tokens", "usage_source", "usage_convention")
    return {str(name): getattr(run, name) for name in (*names, "service_tier", "notes", "response_id")}
