"""Prompts, as Langfuse's clients fetch and create them. They belong to the workspace, not to a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.payloads import read_json
from econome.domain.key import Role
from econome.domain.prompt import LATEST, PRODUCTION, PromptVersion
from econome.web.auth import Caller, require
from econome.web.context import context
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.langfuse.asked import moment_in, name_in, page_answer, page_of, require_any
from econome.web.langsmith.asked import json_answer, json_object, whole
from econome.wire.json_text import dump

_LONGEST_NAME = 500
_MOST_LABELS = 100
_TYPES = ("text", "chat")


async def read(request: Request) -> Response:
    """GET /api/public/v2/prompts/{name}: a version by its number or its label, else that in production."""
    caller = require_any(request)
    name = name_in(request, "name")
    known = await run_in_threadpool(context(request).prompts.versions, caller.workspace, name)
    return json_answer(prompt_json(_chosen(request, name, known)))


async def list_all(request: Request) -> Response:
    """GET /api/public/v2/prompts: each prompt with its versions and labels."""
    caller = require_any(request)
    page, limit = page_of(request)
    asked = request.query_params
    names = [asked["name"]] if asked.get("name") else []
    known = await run_in_threadpool(context(request).prompts.versions, caller.workspace, *names)
    since, until = moment_in(request, "fromUpdatedAt"), moment_in(request, "toUpdatedAt")
    label, tag = asked.get("label"), asked.get("tag")
    kept = [
        one
        for one in known
        if (not label or label in one.labels)
        and (not tag or tag in one.tags)
        and (since is None or one.modified_at >= since)
        and (until is None or one.modified_at < until)
    ]
    metas = [_meta(list(group)) for _, group in groupby(kept, attrgetter("name"))]
    return page_answer(metas[(page - 1) * limit : page * limit], len(metas), page, limit)


async def create(request: Request) -> Response:
    """POST /api/public/v2/prompts: the next version of a prompt."""
    caller = _whoever_may_write(request)
    draft = _draft(await json_object(request), caller)
    try:
        added = await run_in_threadpool(context(request).prompts.add, draft)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return json_answer(prompt_json(added), 201)


async def update(request: Request) -> Response:
    """PATCH /api/public/v2/prompts/{name}/versions/{version}: moves labels to it."""
    caller = _whoever_may_write(request)
    name, number = name_in(request, "name"), _number(request.path_params["version"])
    labels = _labels((await json_object(request)).get("newLabels"), "newLabels")
    prompts = context(request).prompts
    found = await run_in_threadpool(prompts.label, caller.workspace, name, number, labels)
    if found is None:
        raise NotFound(f"The prompt {name[:100]!r} has no version {number}")
    return json_answer(prompt_json(found))


async def delete(request: Request) -> Response:
    """DELETE /api/public/v2/prompts/{name}: all its versions, or those of a label or number."""
    caller = _whoever_may_write(request)
    name = name_in(request, "name")
    prompts = context(request).prompts
    known = await run_in_threadpool(prompts.versions, caller.workspace, name)
    asked = request.query_params
    if asked.get("version") or asked.get("label"):
        known = [_chosen(request, name, known)]
    if not known:
        raise NotFound(f"There is no prompt {name[:100]!r}")
    await run_in_threadpool(prompts.remove, known)
    return Response(status_code=204)


def prompt_json(one: PromptVersion) -> dict[str, Any]:
    """A version as the clients read it."""
    return {
        "id": f"{one.name}:{one.number}",
        "name": one.name,
        "version": one.number,
        "type": one.type,
        "prompt": read_json(one.prompt),
        "config": read_json(one.config),
        "labels": list(one.labels),
        "tags": list(one.tags),
        "commitMessage": one.message or None,
        "resolutionGraph": None,
        "createdAt": one.created_at,
        "updatedAt": one.modified_at,
    }


def _chosen(request: Request, name: str, known: Sequence[PromptVersion]) -> PromptVersion:
    asked = request.query_params
    if asked.get("version"):
        number = _number(asked["version"])
        found = next((one for one in known if one.number == number), None)
        wanted = f"version {number}"
    else:
        label = asked.get("label") or PRODUCTION
        found = next((one for one in known if label in one.labels), None)
        wanted = f"the label {label[:100]!r}"
    if found is None:
        there = sorted({label for one in known for label in one.labels})
        has = f"its labels are {', '.join(there)}" if known else "there is no prompt of that name"
        raise NotFound(f"Prompt not found: {name[:100]!r} with {wanted}; {has}")
    return found


def _meta(versions: Sequence[PromptVersion]) -> dict[str, Any]:
    last = versions[-1]
    return {
        "name": last.name,
        "type": last.type,
        "versions": [one.number for one in versions],
        "labels": sorted({label for one in versions for label in one.labels}),
        "tags": list(last.tags),
        "lastUpdatedAt": max(one.modified_at for one in versions),
        "lastConfig": read_json(last.config),
    }


def _draft(body: dict[str, Any], caller: Caller) -> PromptVersion:
    name, prompt, kind = body.get("name"), body.get("prompt"), str(body.get("type") or "text").lower()
    if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME:
        raise Invalid(f'"name" must be a text of 1 to {_LONGEST_NAME} characters')
    if kind not in _TYPES:
        raise Invalid(f'"type" must be text or chat, not {kind[:40]!r}')
    if not isinstance(prompt, str if kind == "text" else list):
        raise Invalid(
            f'"prompt" of a {kind} prompt must be a {"text" if kind == "text" else "list of messages"}'
        )
    labels = list(_labels(body.get("labels") or [], "labels"))
    if body.get("isActive") is True and PRODUCTION not in labels:  # as versions 1 of the SDK said it
        labels.append(PRODUCTION)
    message = body.get("commitMessage")
    now = datetime.now(UTC)
    return PromptVersion(
        workspace=caller.workspace,
        name=name,
        number=0,
        type=kind,
        prompt=dump(prompt).decode(),
        config=dump(body.get("config") if body.get("config") is not None else {}).decode(),
        labels=tuple(labels),
        tags=tuple(_labels(body.get("tags") or [], "tags")),
        message=message[:_LONGEST_NAME] if isinstance(message, str) else "",
        created_at=now,
        modified_at=now,
    )


def _labels(said: object, name: str) -> Sequence[str]:
    if (
        not isinstance(said, list)
        or len(said) > _MOST_LABELS
        or not all(isinstance(one, str) and one for one in said)
    ):
        raise Invalid(f'"{name}" must be a list of at most {_MOST_LABELS} texts')
    return [label for label in dict.fromkeys(said) if label != LATEST]


def _number(said: object) -> int:
    return whole(said, "version", 0, 1, 2**31)


def _whoever_may_write(request: Request) -> Caller:
    caller = require(request, Role.INGEST)
    if caller.projects is not None:
        raise Forbidden(
            f"Prompts belong to the whole workspace, and this key is for {caller.projects}. "
            "Create them with a key that is for all projects."
        )
    return caller


ROUTES = [
    Route("/api/public/v2/prompts", list_all, methods=["GET"]),
    Route("/api/public/v2/prompts", create, methods=["POST"]),
    Route("/api/public/v2/prompts/{name:path}/versions/{version}", update, methods=["PATCH"]),
    Route("/api/public/v2/prompts/{name:path}", read, methods=["GET"]),
    Route("/api/public/v2/prompts/{name:path}", delete, methods=["DELETE"]),
]
