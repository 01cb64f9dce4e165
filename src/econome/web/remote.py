"""Calls the server that runs on a data folder, as its owner. Standard library only: it starts at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID

from econome.domain.errors import EconomeError
from econome.store.lock import admin_token, holder_of

PATIENCE_SECONDS = 30.0
SLOW_SECONDS = 600.0  # a filter that keeps next to nothing is silent for long
_PART_BYTES = 1 << 18


class RemoteError(EconomeError):
    """The running server refused, or did not answer."""

    status = 0  # with which it refused; 0 where nothing was answered


class Remote:
    """A running server."""

    def __init__(self, address: str, token: str, workspace: UUID | None = None) -> None:
        self.address = address
        self._token = token
        self._workspace = workspace
        # Straight to this machine, whatever proxies the environment names.
        self._opener = build_opener(ProxyHandler({}))

    def within(self, workspace: UUID) -> Remote:
        """The same server, asked about another workspace than the default one."""
        return Remote(self.address, self._token, workspace)

    def call(self, method: str, path: str, said: object = None, *, patience: float = PATIENCE_SECONDS) -> Any:
        """What the server answers, from JSON; None when it answers nothing. Raises `RemoteError`."""
        body = None if said is None else json.dumps(said).encode()
        return self.send(method, path, body, "application/json", patience=patience)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        content_type: str,
        *,
        patience: float = PATIENCE_SECONDS,
    ) -> Any:
        """The same, of a body that is no JSON, or many."""
        with self._answer(method, path, body, content_type, patience) as answer:
            try:
                content = answer.read()
            except (OSError, HTTPException) as error:
                raise RemoteError(f"The server at {self.address} does not answer: {error}") from error
        return json.loads(content) if content else None

    def download(self, path: str, *, patience: float = SLOW_SECONDS) -> Iterator[bytes]:
        """The parts of a file that the server makes. Raises `RemoteError`, also when it stops halfway."""
        with self._answer("GET", path, None, "application/json", patience) as answer:
            while True:
                try:
                    part = answer.read(_PART_BYTES)
                except (OSError, HTTPException) as error:
                    raise RemoteError(
                        f"The server at {self.address} stopped halfway; its log says why. Ask it again."
                    ) from error
                if not part:
                    return
                yield part

    def _answer(
        self, method: str, path: str, body: bytes | None, content_type: str, patience: float
    ) -> HTTPResponse:
        headers = {"x-api-key": self._token, "content-type": content_type}
        if self._workspace is not None:
            headers["x-tenant-id"] = str(self._workspace)
        request = Request(self.address + path, data=body, headers=headers, method=method)  # noqa: S310  (ours)
        try:
            return cast("HTTPResponse", self._opener.open(request, timeout=patience))
        except HTTPError as error:
            with error:
                refused = RemoteError(_detail(error.read(10_000)) or f"The server answers {error.code}.")
                refused.status = error.code
                raise refused from error
        except (URLError, OSError, HTTPException) as error:
            raise RemoteError(f"The server at {self.address} does not answer: {error}") from error


def remote(folder: Path) -> Remote | None:
    """The server that runs on this data folder; None if none does.

    Raises `RemoteError` for one that is still starting.
    """
    holder = holder_of(folder)
    if holder is None:
        return None
    if not holder.address:
        raise RemoteError(f"{folder} is in use by {holder}. Try again in a moment.")
    return Remote(holder.address, admin_token(folder))


def _detail(content: bytes) -> str:
    try:
        return str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        return ""
