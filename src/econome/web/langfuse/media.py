"""Pictures, sounds and files in what an app sends: kept as attachments of the run that they stand in.

Langfuse's clients ask for an address, put the content there without their keys, and tell how it went.
The address is ours, and signed: it says what may be put there, and until when.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import mimetypes
import re
import time
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.langfuse import MediaFile, media_file
from econome.analytics.runs import run_by_id
from econome.domain.key import Role, matches
from econome.domain.piece import Attachment, Delivery
from econome.web.auth import require
from econome.web.body import body_of
from econome.web.context import Econome, context
from econome.web.errors import Forbidden, Invalid, NotFound, TooLarge
from econome.web.langfuse.asked import require_any
from econome.web.langsmith.asked import json_answer, json_object, visible, whole
from econome.web.langsmith.attachments import LIFE_SECONDS, signer
from econome.wire.identity import uuid_of
from econome.wire.json_text import dump
from econome.wire.protocols.langfuse.ids import observation_run_id, trace_run_id

_ID_CHARACTERS = 22
"""Of the digest in base64: the clients make the id of a file so, and refuse any other."""
_DIGEST = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
_SIGNED = ("workspace", "run", "name", "type", "projects", "expires")


async def announce(request: Request) -> Response:
    """POST /api/public/media: the id of a file, and the address to put it at."""
    caller = require(request, Role.INGEST)
    here = context(request)
    said = await json_object(request)
    trace_id, observation = str(said.get("traceId") or ""), str(said.get("observationId") or "")
    digest, mime = str(said.get("sha256Hash") or ""), str(said.get("contentType") or "")[:200]
    size = whole(said.get("contentLength"), "contentLength", 0, 0, 2**62)
    if not trace_id:
        raise Invalid("A file needs a traceId")
    if size > here.settings.max_body_bytes:
        raise TooLarge(f"A file may have {here.settings.max_body_bytes:,} bytes, and this one has {size:,}")
    if not _DIGEST.fullmatch(digest):
        raise Invalid(f'"sha256Hash" must be the SHA-256 of the file in base64, not {digest[:60]!r}')
    media_id = _id_of(digest)
    field = str(said.get("field") or "file")[:40]
    run = observation_run_id(observation, trace_id) if observation else trace_run_id(trace_id)
    asked = {
        "workspace": str(caller.workspace),
        "run": str(run),
        "name": f"{field}-{media_id}{mimetypes.guess_extension(mime.partition(';')[0]) or ''}",
        "type": mime,
        "projects": caller.projects or "",
        "expires": str(int(time.time()) + LIFE_SECONDS),
    }
    query = urlencode({**asked, "signature": _signature(here, media_id, asked)})
    address = f"{str(request.base_url).rstrip('/')}/api/public/media/{media_id}/content?{query}"
    return json_answer({"mediaId": media_id, "uploadUrl": address}, 201)


async def upload(request: Request) -> Response:
    """PUT /api/public/media/{id}/content: the content, at an address that we signed."""
    here = context(request)
    media_id, given = request.path_params["media"], request.query_params
    asked = {name: given.get(name, "") for name in _SIGNED}
    ours = _signature(here, media_id, asked)
    is_ours = bool(ours) and hmac.compare_digest(
        ours.encode(), given.get("signature", "").encode("utf-8", "replace")
    )
    if not is_ours or int(asked["expires"]) < time.time():
        raise Forbidden("This address is over, or was never given. Ask for another at /api/public/media")
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        digest = await run_in_threadpool(hashlib.sha256, body.content)
        if _id_of(base64.b64encode(digest.digest()).decode()) != media_id:
            raise Invalid("This is not the content whose digest was announced")
        await run_in_threadpool(_refuse_foreign, here, asked)
        file = Attachment(UUID(asked["run"]), asked["name"], asked["type"], body.content)
        await here.writer.write(UUID(asked["workspace"]), Delivery(attachments=[file]))
    return Response(status_code=200)


async def confirm(request: Request) -> Response:
    """PATCH /api/public/media/{id}: how the client says that it went; we know."""
    require(request, Role.INGEST)
    return Response(status_code=204)


async def read(request: Request) -> Response:
    """GET /api/public/media/{id}: what a file is, and an address to fetch it from."""
    caller = require_any(request)
    here = context(request)
    media_id = request.path_params["media"]
    found: MediaFile | None = await run_in_threadpool(
        media_file, here.store, caller.workspace, visible(here, caller), media_id
    )
    if found is None:
        raise NotFound(f"There is no file {media_id[:40]!r}")
    address = signer(here).address(caller.workspace, found.run_id, found.name)
    return json_answer(
        {
            "mediaId": media_id,
            "contentType": found.mime,
            "contentLength": found.size,
            "uploadedAt": datetime.fromtimestamp(found.version / 1_000_000, UTC),
            "url": str(request.base_url).rstrip("/") + address,
            "urlExpiry": datetime.fromtimestamp(time.time() + LIFE_SECONDS, UTC),
        }
    )


def _refuse_foreign(here: Econome, asked: dict[str, str]) -> None:
    """Refuses a file of a run that its sender's key is not for. One yet to come cannot be guessed."""
    workspace, projects = UUID(asked["workspace"]), asked["projects"]
    row = run_by_id(here.store, workspace, (), UUID(asked["run"])) if projects else None
    if row is not None and not matches(projects, here.projects.name_of(workspace, row.project)):
        raise Forbidden(f"This key is for {projects}, and the run of this file is not among those")


def _id_of(digest: str) -> str:
    return digest.replace("+", "-").replace("/", "_")[:_ID_CHARACTERS]


def _signature(here: Econome, media_id: str, asked: dict[str, str]) -> str:
    """Ours; "" for what we would never sign."""
    if uuid_of(asked["run"]) is None or not asked["expires"].isdecimal() or len(asked["expires"]) > 12:
        return ""
    said = dump(["media", media_id, *(asked[name] for name in _SIGNED)])  # where each ends is clear
    return hmac.digest(signer(here).secret, said, "sha256").hex()


ROUTES = [
    Route("/api/public/media", announce, methods=["POST"]),
    Route("/api/public/media/{media}/content", upload, methods=["PUT"]),
    Route("/api/public/media/{media}", confirm, methods=["PATCH"]),
    Route("/api/public/media/{media}", read, methods=["GET"]),
]
