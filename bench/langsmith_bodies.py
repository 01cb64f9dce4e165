"""The work as LangSmith's Python SDK sends it: multipart under zstd, posts and patches apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import zstandard
from bench.work import RUNTIME, Step

PATH = "/runs/multipart"
BOUNDARY = "5f0e1c2b3a49586776859403a2b1c0df"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Encoding": "zstd"}
_LEVEL = 1  # the SDK's

Part = tuple[str, bytes]


def post_body(steps: Sequence[Step], project: str) -> bytes:
    """How the runs begin, in one request."""
    return _packed(part for step in steps for part in post_parts(step, project))


def patch_body(steps: Sequence[Step], project: str) -> bytes:
    """How they ended."""
    return _packed(part for step in steps for part in patch_parts(step, project))


def post_parts(step: Step, project: str) -> list[Part]:
    main = {**_identity(step, project), "name": step.name, "run_type": step.kind, "tags": ["bench"]}
    return _parts(
        "post",
        step.id,
        main,
        inputs=step.inputs,
        outputs={},  # both empty, as the SDK has them
        events=[],
        extra={"metadata": step.metadata, "runtime": RUNTIME},
    )


def patch_parts(step: Step, project: str) -> list[Part]:
    main = {
        **_identity(step, project),
        "end_time": _iso(step.ended),
        "error": None,
        "reference_example_id": None,
        "tags": ["bench"],
    }
    metadata = step.metadata
    if step.is_call:
        metadata = {**metadata, "usage_metadata": step.outputs["usage_metadata"]}
    events = [{"name": "start", "time": _iso(step.started)}, {"name": "end", "time": _iso(step.ended)}]
    return _parts(
        "patch",
        step.id,
        main,
        outputs=step.outputs,
        events=events if step.is_call else [],
        extra={"metadata": metadata, "runtime": RUNTIME},
    )


def bytes_of_run(steps: Iterable[Step], project: str) -> float:
    """JSON of a run, post and patch together, headers of parts not counted."""
    sizes = [
        sum(len(content) for _, content in [*post_parts(step, project), *patch_parts(step, project)])
        for step in steps
    ]
    return sum(sizes) / len(sizes)


def _identity(step: Step, project: str) -> dict[str, Any]:
    return {
        "id": str(step.id),
        "trace_id": str(step.trace_id),
        "parent_run_id": str(step.parent_id) if step.parent_id else None,
        "dotted_order": ".".join(f"{_compact(moment)}{one}" for one, moment in step.ancestors),
        "session_name": project,
        "start_time": _iso(step.started),
    }


def _parts(op: str, run_id: UUID, main: object, **texts: object) -> list[Part]:
    name = f"{op}.{run_id}"
    return [
        (name, orjson.dumps(main)),
        *((f"{name}.{field}", orjson.dumps(value)) for field, value in texts.items()),
    ]


def _packed(parts: Iterable[Part]) -> bytes:
    compressor = zstandard.ZstdCompressor(level=_LEVEL).compressobj()  # a stream: no size in its header
    pieces = []
    for name, content in parts:
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n'
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        pieces.append(compressor.compress(head.encode() + content + b"\r\n"))
    pieces.append(compressor.compress(f"--{BOUNDARY}--\r\n".encode()))
    return b"".join([*pieces, compressor.flush()])


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _compact(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%S%fZ")
