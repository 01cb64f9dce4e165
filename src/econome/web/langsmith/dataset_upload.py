"""A dataset from a CSV file: its columns are the inputs and outputs of its examples."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.dataset import Dataset
from econome.domain.key import Role
from econome.web.auth import Caller
from econome.web.body import body_of
from econome.web.context import Econome, context
from econome.web.errors import Invalid
from econome.web.langsmith import example_changes
from econome.web.langsmith.asked import json_answer
from econome.web.langsmith.datasets import datasets_json, for_datasets, new_dataset, save_dataset
from econome.web.langsmith.example_json import Said
from econome.wire.multipart import BrokenMultipart, Part, boundary_of, parts_of

_MOST = 100_000  # rows
_LONGEST_CELL = 10 << 20
_FILE = re.compile(rb'filename="([^"]+)"')


async def upload(request: Request) -> Response:
    """POST /datasets/upload: a form with a file, a name, and which columns are what."""
    caller = for_datasets(request, Role.INGEST)
    here = context(request)
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        if body.broken:
            raise Invalid(body.broken)
        try:
            boundary = boundary_of(request.headers.get("content-type", ""))
            parts = list(parts_of(body.content, boundary))
        except BrokenMultipart as broken:
            raise Invalid(str(broken)) from broken
        form = {part.name: part.content.decode("utf-8", "replace") for part in parts if part.name != "file"}
        form["name"] = form.get("name") or _name_of_file(parts)
        examples = await run_in_threadpool(_examples, parts)
    dataset = new_dataset(here, caller, {**form, "data_type": form.get("data_type") or "kv"})
    await save_dataset(here, dataset)
    return json_answer(await run_in_threadpool(_fill, here, caller, dataset, examples))


def _fill(here: Econome, caller: Caller, dataset: Dataset, examples: Sequence[Said]) -> dict[str, object]:
    if examples:
        example_changes.create(here, caller, dataset, examples)
    return datasets_json(here, caller.workspace, [dataset])[0]


def _examples(parts: Sequence[Part]) -> list[Said]:
    files = [part.content for part in parts if part.name == "file"]
    if len(files) != 1:
        raise Invalid('A form with one "file" is expected, a CSV with a line of headings')
    inputs, outputs = (_columns(parts, name) for name in ("input_keys", "output_keys"))
    if not inputs:
        raise Invalid('"input_keys" must name the columns that go in')
    return list(_rows(files[0], inputs, outputs))


def _name_of_file(parts: Sequence[Part]) -> str:
    found = next((_FILE.search(part.head) for part in parts if part.name == "file"), None)
    return found[1].decode("utf-8", "replace") if found is not None else ""


def _columns(parts: Sequence[Part], name: str) -> list[str]:
    return [part.content.decode("utf-8", "replace") for part in parts if part.name == name]


def _rows(content: bytes, inputs: Sequence[str], outputs: Sequence[str]) -> Iterator[Said]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
    try:
        headings = reader.fieldnames or []
    except csv.Error as error:
        raise Invalid(f"The first line of the file is not CSV: {error}") from error
    for name in (*inputs, *outputs):
        if name not in headings:
            raise Invalid(f"The file has no column {name[:60]!r}. It has {', '.join(headings)[:500]}")
    try:
        for number, row in enumerate(reader):
            if number >= _MOST:
                raise Invalid(f"A file may have {_MOST} rows")
            given = {name: row[name] or "" for name in inputs}
            wanted = {name: row[name] or "" for name in outputs}
            yield Said(uuid4(), {"inputs": given, **({"outputs": wanted} if outputs else {})})
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} of the file is not CSV: {error}") from error


ROUTES = [Route("/datasets/upload", upload, methods=["POST"])]
