"""Attachments, at addresses that are keys themselves.

Clients fetch them without a header of theirs. The address says which workspace, run and name (by
its digest: names may be anything), and until when, and is signed with the server's secret. What
strangers uploaded is never shown as a page.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.details import Content, attachment, digest_of
from econome.analytics.langsmith_datasets import example_file
from econome.analytics.runs import run_by_id
from econome.web.context import Econome, context
from econome.web.errors import Forbidden, NotFound
from econome.wire.identity import uuid_of

LIFE_SECONDS = 3600
"""How long an address is good for. Clients fetch at once; a reloaded page is given new ones."""

_SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "audio/mpeg", "audio/wav"}
)
"""What is sent under its own type; the rest are bytes."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs addresses of attachments, and knows its own signatures."""

    secret: bytes

    def address(self, workspace: UUID, run: UUID, name: str, *, now: float | None = None) -> str:
        """The path, to be joined to whichever root the client speaks to."""
        expires = int(time.time() if now is None else now) + LIFE_SECONDS
        digest = digest_of(name)
        signature = self._signature(workspace, run, digest, expires)
        return f"/public/attachments/{workspace}/{run}/{digest}?expires={expires}&signature={signature}"

    def example_address(
        self, workspace: UUID, dataset: UUID, digest: str, name: str, *, now: float | None = None
    ) -> str:
        """The path of what is attached to an example under `name`; `digest` is that of its content."""
        expires = int(time.time() if now is None else now) + LIFE_SECONDS
        signature = self._signature(workspace, dataset, f"example {digest}", expires)
        query = f"expires={expires}&signature={signature}&name={quote(name, safe='')}"
        return f"/public/attachments/{workspace}/examples/{dataset}/{digest}?{query}"

    def is_good(self, workspace: UUID, run: UUID, digest: str, expires: str, signature: str) -> bool:
        """Whether we signed this, and its time is not over."""
        if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
            return False
        ours = self._signature(workspace, run, digest, int(expires))
        return hmac.compare_digest(ours.encode(), signature.encode()) and int(expires) > time.time()

    def _signature(self, workspace: UUID, run: UUID, digest: str, expires: int) -> str:
        said = f"attachment\n{workspace}\n{run}\n{expires}\n{digest}"
        return hmac.digest(self.secret, said.encode("utf-8", "surrogatepass"), "sha256").hex()


def signer(here: Econome) -> Signer:
    """The signer of this server."""
    return Signer(here.keys.session_secret())


async def download_of_example(request: Request) -> Response:
    """GET /public/attachments/{workspace}/examples/{dataset}/{digest}."""
    said, asked = request.path_params, request.query_params
    workspace, dataset = uuid_of(said["workspace"]), uuid_of(said["dataset"])
    here = context(request)
    if workspace is None or dataset is None:
        raise NotFound("There is no such attachment")
    signed = f"example {said['digest']}"
    if not signer(here).is_good(
        workspace, dataset, signed, asked.get("expires", ""), asked.get("signature", "")
    ):
        raise Forbidden("This address is over, or was never given. List the example again for a new one.")
    content = await run_in_threadpool(example_file, here.store, workspace, dataset, said["digest"])
    if content is None:
        raise NotFound("There is no such attachment")
    # Its type is not among what is signed: bytes, whoever asks.
    return _file(content, asked.get("name", said["digest"])[:500], "application/octet-stream")


async def download(request: Request) -> Response:
    """GET /public/attachments/{workspace}/{run}/{digest}."""
    said, asked = request.path_params, request.query_params
    workspace, run = uuid_of(said["workspace"]), uuid_of(said["run"])
    here = context(request)
    if workspace is None or run is None:
        raise NotFound("There is no such attachment")
    signature = asked.get("signature", "")
    if not signer(here).is_good(workspace, run, said["digest"], asked.get("expires", ""), signature):
        raise Forbidden("This address is over, or was never given. List the run again for a new one.")
    found = await run_in_threadpool(_find, here, workspace, run, said["digest"])
    if found is None:
        raise NotFound("There is no such attachment")
    mime = found.mime.partition(";")[0].strip().lower()
    return _file(found.content, found.name, mime if mime in _SHOWN else "application/octet-stream")


def _file(content: bytes, name: str, mime: str) -> Response:
    return Response(
        content,
        headers={
            "content-disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "private, max-age=300",
        },
        media_type=mime,
    )


def _find(here: Econome, workspace: UUID, run: UUID, digest: str) -> Content | None:
    row = run_by_id(here.store, workspace, (), run)
    return attachment(here.store, row, workspace, digest) if row is not None else None


ROUTES = [
    Route("/public/attachments/{workspace}/{run}/{digest}", download, methods=["GET"]),
    Route(
        "/public/attachments/{workspace}/examples/{dataset}/{digest}", download_of_example, methods=["GET"]
    ),
]
