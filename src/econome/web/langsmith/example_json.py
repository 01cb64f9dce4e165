"""Examples as LangSmith's clients write and read them, alone, in lists and in multipart bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson

from econome.analytics.payloads import read_json
from econome.domain.dataset import BASE, SPLIT, Example, ExampleFile
from econome.web.errors import Invalid
from econome.web.langsmith.attachments import Signer
from econome.wire.identity import uuid_of
from econome.wire.json_text import dump
from econome.wire.multipart import BrokenMultipart, parts_of
from econome.wire.times import instant

DEFAULTS = frozenset({"id", "created_at", "modified_at", "inputs", "name", "dataset_id"})
"""What is returned of an example when only some fields are selected, unless that is declined."""

_MOST_FILES = 100
_LONGEST_NAME = 500


@dataclass(slots=True)
class Said:
    """What a request says of one example: only what was given stands in `body`."""

    id: UUID
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # name to type and content


def said_of(body: object) -> Said:
    """The example of a JSON object, which gets an id if it has none. Raises `Invalid`."""
    if not isinstance(body, dict):
        raise Invalid("An example must be a JSON object")
    identity = body.get("id")
    found = uuid4() if identity is None else uuid_of(str(identity))
    if found is None:
        raise Invalid(f'"id" must be a UUID, not {str(identity)[:60]!r}')
    return Said(found, {name: value for name, value in body.items() if value is not None})


def said_in_parts(content: bytes, boundary: bytes) -> list[Said]:
    """The examples of a multipart body, whose parts are named `id`, `id.inputs`, `id.attachment.name`."""
    found: dict[UUID, Said] = {}
    try:
        parts = list(parts_of(content, boundary)) if content.strip() else []
    except BrokenMultipart as broken:
        raise Invalid(f"The body breaks off: {broken}") from broken
    for part in parts:
        name, _, what = part.name.partition(".")
        identity = uuid_of(name)
        if identity is None:
            raise Invalid(f"A part is named {part.name[:80]!r}; its name must begin with an example's UUID")
        said = found.setdefault(identity, Said(identity))
        if what.startswith("attachment."):
            said.files[what.removeprefix("attachment.")] = (part.mime, part.content)
            continue
        value = _json(part.name, part.content)
        if not what:
            if not isinstance(value, dict):
                raise Invalid(f"The part {part.name!r} must be a JSON object")
            said.body.update({key: one for key, one in value.items() if one is not None})
        elif what in {"inputs", "outputs", "metadata", "attachments_operations"}:
            said.body[what] = value
        else:
            raise Invalid(f"The part {part.name[:80]!r} is none of an example's")
    return list(found.values())


def created(said: Said, dataset: UUID) -> tuple[Example, list[ExampleFile]]:
    """The first state of an example."""
    files, contents = _files(said)
    example = Example(
        dataset=dataset,
        id=said.id,
        modified_at=datetime.now(UTC),  # the registry says when
        created_at=_moment(said.body.get("created_at")),
        place=0,
        inputs=_mapping(said.body, "inputs"),
        outputs=_mapping(said.body, "outputs"),
        metadata=_metadata(said.body, {}),
        source_run_id=_source(said.body),
        files=dump(files).decode() if files else "",
    )
    return example, contents


def changed(old: Example, said: Said) -> tuple[Example, list[ExampleFile]]:
    """The next state of an example: what was said replaces what there was."""
    body = said.body
    added, contents = _files(said)
    kept = _retained(files_of(old), body.get("attachments_operations"))
    files = {**kept, **added}
    return (
        replace(
            old,
            inputs=_mapping(body, "inputs") if "inputs" in body else old.inputs,
            outputs=_mapping(body, "outputs") if "outputs" in body else old.outputs,
            metadata=_metadata(body, metadata_of(old.metadata)),
            files=dump(files).decode() if files else "",
        ),
        contents,
    )


def metadata_of(text: str) -> dict[str, Any]:
    """The metadata of an example; its parts of the dataset stand in it."""
    found = read_json(text)
    return found if isinstance(found, dict) else {}


def splits_of(metadata: Mapping[str, Any]) -> list[str]:
    """To which parts of its dataset an example belongs."""
    said = metadata.get(SPLIT)
    return [str(one) for one in said] if isinstance(said, list) else [str(said)] if said else [BASE]


def files_of(example: Example) -> dict[str, dict[str, str]]:
    """What is attached: type and digest by name."""
    found = read_json(example.files)
    return found if isinstance(found, dict) else {}


def example_json(
    example: Example, workspace: UUID, sign: Signer, select: frozenset[str] | None = None
) -> dict[str, object]:
    """An example as it is read; `select` names the fields to return, None all."""
    whole = {
        "id": example.id,
        "dataset_id": example.dataset,
        "name": f"#{str(example.id)[:4]}",
        "created_at": example.created_at,
        "modified_at": example.modified_at,
        "inputs": read_json(example.inputs),
        "outputs": read_json(example.outputs),
        "metadata": metadata_of(example.metadata),
        "source_run_id": example.source_run_id,
        "attachment_urls": {
            f"attachment.{name}": {
                "presigned_url": sign.example_address(workspace, example.dataset, file["digest"], name),
                "mime_type": file["mime"],
            }
            for name, file in files_of(example).items()
        },
    }
    return whole if select is None else {name: value for name, value in whole.items() if name in select}


def _json(name: str, content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The part {name[:80]!r} is not JSON: {error}") from error


def _mapping(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise Invalid(f'"{name}" of an example must be an object, not {str(value)[:60]!r}')
    return dump(value).decode()


def _metadata(body: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    said = body.get("metadata")
    if said is not None and not isinstance(said, dict):
        raise Invalid(f'"metadata" of an example must be an object, not {str(said)[:60]!r}')
    found = dict(before if said is None else said)
    split = body.get("split", found.get(SPLIT, before.get(SPLIT)))
    if split is not None and not isinstance(split, str | list):
        raise Invalid(f'"split" must be a text or a list of texts, not {str(split)[:60]!r}')
    found[SPLIT] = splits_of({SPLIT: split})
    return dump(found).decode()


def _source(body: Mapping[str, Any]) -> UUID | None:
    said = body.get("source_run_id")
    found = uuid_of(str(said)) if said is not None else None
    if said is not None and found is None:
        raise Invalid(f'"source_run_id" must be a UUID, not {str(said)[:60]!r}')
    return found


def _moment(said: object) -> datetime:
    moment = instant(said)
    return moment if moment is not None and 1970 <= moment.year < 2200 else datetime.now(UTC)


def _files(said: Said) -> tuple[dict[str, dict[str, str]], list[ExampleFile]]:
    if len(said.files) > _MOST_FILES:
        raise Invalid(f"An example may have {_MOST_FILES} attachments, not {len(said.files)}")
    contents = {name: ExampleFile(sha256(content).hexdigest(), content) for name, content in _named(said)}
    files = {
        name: {"mime": said.files[name][0] or "application/octet-stream", "digest": file.digest}
        for name, file in contents.items()
    }
    return files, list(contents.values())


def _named(said: Said) -> Iterator[tuple[str, bytes]]:
    for name, (_, content) in said.files.items():
        if not name or len(name) > _LONGEST_NAME:
            raise Invalid(f"The name of an attachment must have 1 to {_LONGEST_NAME} characters")
        yield name, content


def _retained(files: Mapping[str, dict[str, str]], operations: object) -> dict[str, dict[str, str]]:
    """The files that stay. Where it is said what to do with them, whatever is not named goes."""
    if operations is None:
        return dict(files)
    if not isinstance(operations, dict):
        raise Invalid('"attachments_operations" must be an object with "rename" and "retain"')
    rename, retain = operations.get("rename") or {}, operations.get("retain") or []
    if not isinstance(rename, dict) or not isinstance(retain, list):
        raise Invalid('"rename" must be an object of names and "retain" a list of names')
    _known(files, [*rename, *retain])
    kept = {name: files[name] for name in retain}
    return {**kept, **{str(new): files[old] for old, new in rename.items()}}


def _known(files: Mapping[str, object], names: Sequence[str]) -> None:
    for name in names:
        if name not in files:
            raise Invalid(f"The example has no attachment {str(name)[:60]!r}")
