"""LangSmith's ingest protocol: multipart parts, batches and single runs, to pieces.

Read from the clients (langsmith-py 0.15, langsmith-js 0.12). Three habits of theirs decide
most of what follows: null means "not given"; a post always carries empty outputs and events,
which mean nothing; and a patch may come before its post.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from econome.domain.piece import Attachment, Delivery, Payload, Piece, Reason, Refusal
from econome.domain.run import CALLS, Op
from econome.wire.calls import describe_call
from econome.wire.identity import first_id, key_time_of, parent_id, uuid_of
from econome.wire.json_text import KEPT_AS_TEXT, dump, parse
from econome.wire.labels import NAME_CHARACTERS, metadata_of, tags_of
from econome.wire.multipart import BrokenMultipart, Part, parts_of
from econome.wire.segments import preview_of_inputs, preview_of_outputs
from econome.wire.times import instant

TEXTS = ("inputs", "outputs", "events", "extra", "serialized", "error")
"""The fields that travel in parts of their own and rest in `payloads`."""

_MEANS_NOTHING = frozenset((b"", b"null", b"{}", b"[]"))
_THREAD_KEYS = ("session_id", "thread_id", "conversation_id")
_USER_KEYS = ("user_id", "ls_user_id", "user")
_ENVIRONMENT_KEYS = ("environment", "ls_environment", "env")
_ERROR_CHARACTERS = 500


@dataclass(slots=True)
class _Sent:
    """All that one request says of one run under one operation."""

    op: Op
    id: UUID
    main: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    payload: Payload = field(default_factory=Payload)
    notes: list[str] = field(default_factory=list)


def decode_multipart(body: bytes, boundary: bytes) -> Delivery:
    """What a body of /runs/multipart brings. Broken off, it still brings what came before."""
    delivery = Delivery()
    sent: dict[str, _Sent] = {}
    try:
        for part in parts_of(body, boundary):
            _take_part(part, sent, delivery)
    except BrokenMultipart as broken:
        delivery.refusals.append(Refusal(Reason.TRUNCATED, "the rest of the body", str(broken)))
    delivery.pieces.extend(_piece(one) for one in sent.values())
    return delivery


def decode_batch(body: bytes) -> Delivery:
    """What a body of /runs/batch brings: `{"post": [run …], "patch": [run …]}`."""
    delivery = Delivery()
    batch, _, mended = parse(body)
    if mended == KEPT_AS_TEXT or not isinstance(batch, dict):
        delivery.refusals.append(
            Refusal(Reason.NOT_JSON, "the body", "A batch is a JSON object with post and patch")
        )
        return delivery
    for op in Op:
        runs = batch.get(op) or []
        if not isinstance(runs, list):
            delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, op, f"{op} must be a list of runs"))
            continue
        for place, run in enumerate(runs):
            _take_run(op, run, f"{op}[{place}]", delivery)
    return delivery


def decode_run(body: bytes, op: Op, run_id: str = "") -> Delivery:
    """What POST /runs or PATCH /runs/{id} brings."""
    delivery = Delivery()
    run, _, mended = parse(body)
    if mended == KEPT_AS_TEXT:
        delivery.refusals.append(Refusal(Reason.NOT_JSON, "the body", "A run is a JSON object"))
        return delivery
    if isinstance(run, dict) and run_id:
        run["id"] = run_id
    _take_run(op, run, op, delivery)
    return delivery


def _take_run(op: Op, run: object, what: str, delivery: Delivery) -> None:
    if not isinstance(run, dict):
        delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, what, "A run is a JSON object"))
        return
    run_id = uuid_of(run.get("id"))
    if run_id is None:
        delivery.refusals.append(
            Refusal(Reason.NO_ID, what, f"A run needs a UUID as id, not {run.get('id')!r}")
        )
        return
    one = _Sent(op, run_id, main=run)
    for name in TEXTS:
        value = run.get(name)
        if value is not None:
            _give(one, name, value, dump(value))
    delivery.pieces.append(_piece(one))


def _take_part(part: Part, sent: dict[str, _Sent], delivery: Delivery) -> None:
    head, _, rest = part.name.partition(".")
    if head == "attachment":
        _take_attachment(part, rest, delivery)
        return
    if head == "feedback":
        _take_feedback(part, rest, delivery)
        return
    id_text, _, name = rest.partition(".")
    if head not in ("post", "patch") or (name and name not in TEXTS):
        delivery.refusals.append(
            Refusal(Reason.UNKNOWN_PART, part.name, "LangSmith's protocol has no such part")
        )
        return
    key = head + id_text
    one = sent.get(key)
    if one is None:
        run_id = uuid_of(id_text)
        if run_id is None:
            delivery.refusals.append(Refusal(Reason.NO_ID, part.name, f"{id_text!r} is not a UUID"))
            return
        one = sent[key] = _Sent(Op(head), run_id)
    if name:
        _take_text(part, name, one)
    else:
        _take_main(part, one, delivery)


def _take_text(part: Part, name: str, one: _Sent) -> None:
    if part.content in _MEANS_NOTHING:
        return
    value, content, mended = parse(part.content)
    if mended:
        one.notes.append(f"{name} {mended}")
    _give(one, name, value, content)


def _take_main(part: Part, one: _Sent, delivery: Delivery) -> None:
    value, _, _ = parse(part.content)
    if not isinstance(value, dict):
        delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, part.name, "A run is a JSON object"))
        one.notes.append("the run itself was not a JSON object, only its parts were kept")
        return
    for text in TEXTS:  # a main part may hold them too; a part of their own beats it
        inside = value.get(text)
        if inside is not None and text not in one.values:
            _give(one, text, inside, dump(inside))
    one.main = value


def _take_feedback(part: Part, feedback_id: str, delivery: Delivery) -> None:
    value, _, _ = parse(part.content)
    if isinstance(value, dict):
        delivery.feedback.append({"id": feedback_id, **value})
    else:
        delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, part.name, "Feedback is a JSON object"))


def _take_attachment(part: Part, rest: str, delivery: Delivery) -> None:
    id_text, _, name = rest.partition(".")
    run_id = uuid_of(id_text)
    if run_id is None or not name:
        detail = "An attachment is named attachment.<run id>.<name>"
        delivery.refusals.append(Refusal(Reason.NO_ID, part.name, detail))
        return
    delivery.attachments.append(Attachment(run_id, name, part.mime, part.content))


def _give(one: _Sent, name: str, value: object, content: bytes) -> None:
    if content in _MEANS_NOTHING:
        return
    one.values[name] = value
    if name == "error":  # the only text that is not JSON, for nobody reads a quoted stack trace
        content = value.encode("utf-8", "replace") if isinstance(value, str) else content
    setattr(one.payload, name, content)


def _piece(one: _Sent) -> Piece:
    main, values = one.main, one.values
    extra = values.get("extra")
    extra = extra if isinstance(extra, dict) else {}
    metadata = _mapping(extra.get("metadata")) or _mapping(main.get("metadata"))
    dotted_order = main.get("dotted_order")
    dotted_order = dotted_order if isinstance(dotted_order, str) else ""
    piece = Piece(
        id=one.id,
        op=one.op,
        key_time=key_time_of(one.id, dotted_order),
        project=_project(main),
        metadata=metadata_of(metadata, one.notes),
        payload=one.payload,
    )
    given = piece.fields
    _place(given, main, dotted_order, one.id)
    _text(given, "name", main.get("name"), NAME_CHARACTERS)
    _text(given, "kind", main.get("run_type"), NAME_CHARACTERS)
    _moment(given, "started_at", main.get("start_time"))
    _moment(given, "ended_at", main.get("end_time"))
    _moment(given, "first_token_at", _first_token(values.get("events"), one.payload.events))
    if one.payload.error:
        _text(given, "error", one.payload.error.decode("utf-8", "replace"), _ERROR_CHARACTERS)
    tags = main.get("tags")
    if isinstance(tags, list) and tags:
        given["tags"] = tags_of(tags, one.notes)
    piece.notes = tuple(one.notes)
    reference = uuid_of(main.get("reference_example_id"))
    if reference:
        given["reference_example_id"] = reference
    _text(given, "session", _first(metadata, _THREAD_KEYS), NAME_CHARACTERS)
    _text(given, "user", _first(metadata, _USER_KEYS), NAME_CHARACTERS)
    _text(given, "environment", _first(metadata, _ENVIRONMENT_KEYS), NAME_CHARACTERS)
    inputs, outputs = values.get("inputs"), values.get("outputs")
    kind = given.get("kind", "")
    if not kind or kind in CALLS:
        describe_call(piece, inputs, outputs, extra)
        if "first_token_at" in given:
            given.setdefault("streamed", True)
    if inputs is not None:
        given["input_preview"] = preview_of_inputs(inputs)
    if outputs is not None:
        given["output_preview"] = preview_of_outputs(outputs)
    return piece


def _place(given: dict[str, Any], main: Mapping[str, Any], dotted_order: str, run_id: UUID) -> None:
    trace_id = uuid_of(main.get("trace_id")) or first_id(dotted_order)
    if trace_id is not None:
        given["trace_id"] = trace_id
    parent = uuid_of(main.get("parent_run_id")) or parent_id(dotted_order)
    if parent is not None and parent != run_id:
        given["parent_id"] = parent
    if dotted_order:
        given["dotted_order"] = dotted_order


def _project(main: Mapping[str, Any]) -> str | UUID | None:
    name = main.get("session_name") or main.get("address")
    if isinstance(name, str) and name:
        return name[:NAME_CHARACTERS]
    return uuid_of(main.get("session_id"))


def _first_token(events: object, content: bytes) -> object:
    if b"new_token" not in content or not isinstance(events, list):
        return None
    for event in events:
        if isinstance(event, dict) and event.get("name") == "new_token":
            return event.get("time")
    return None


def _text(given: dict[str, Any], column: str, value: object, characters: int) -> None:
    if isinstance(value, str) and value:
        given[column] = value[:characters]


def _moment(given: dict[str, Any], column: str, value: object) -> None:
    moment = instant(value)
    if moment is not None:
        given[column] = moment


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(metadata: Mapping[str, Any], keys: Iterable[str]) -> str:
    for key in keys:
        value = metadata.get(key)
        if isinstance(value, str | int) and value != "":
            return str(value)
    return ""
