"""What the server says of itself to LangSmith's clients."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.key import Role
from econome.web.auth import require
from econome.web.context import context
from econome.web.langsmith.asked import json_answer

VERSION = "0.18.0"
"""The LangSmith whose API this is: from 0.8.10 on feedback travels with the runs."""

INFO = {
    "version": VERSION,
    "batch_ingest_config": {
        # All of them: Python's tracing thread dies of a KeyError when one is missing.
        "use_multipart_endpoint": True,
        "size_limit": 100,
        "size_limit_bytes": 20 << 20,
        "scale_up_qsize_trigger": 1000,
        "scale_up_nthreads_limit": 16,
        "scale_down_nempty_trigger": 4,
    },
    "instance_flags": {
        "zstd_compression_enabled": True,
        "gzip_body_enabled": True,  # JavaScript on a Node without zstd
        "dataset_examples_multipart_enabled": True,
        "examples_multipart_enabled": True,
    },
}


async def info(_request: Request) -> Response:
    """GET /info: what the server can take. Needs no key."""
    return json_answer(INFO)


async def settings(request: Request) -> Response:
    """GET /settings: who the caller's workspace is."""
    caller = require(request, Role.READ)
    workspace = context(request).keys.workspace(caller.workspace)
    return json_answer(
        {
            "id": caller.workspace,
            "display_name": workspace.name if workspace else "default",
            "created_at": datetime(1970, 1, 1, tzinfo=UTC),
            "tenant_handle": None,
        }
    )


ROUTES = [Route("/info", info, methods=["GET"]), Route("/settings", settings, methods=["GET"])]
