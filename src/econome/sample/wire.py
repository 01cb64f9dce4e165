"""The demo's side of LangSmith's protocol: sends runs as an SDK does, finds and removes a project.

The standard library is enough: the demo must run where no SDK is installed.
"""

from __future__ import annotations

import gzip
import http.client
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from econome.domain.errors import EconomeError
from econome.sample.recording import Json

APART = ("inputs", "outputs", "events", "extra", "serialized", "error")
"""The fields that travel in parts of their own."""

_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_TRIES = 6
_TIMEOUT_SECONDS = 60.0


class DemoError(EconomeError):
    """The demo cannot go on; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running Econome, and a key for it if it wants one."""

    address: str
    key: str | None = None

    def send(self, operations: Sequence[tuple[str, Json]]) -> None:
        """Sends posts and patches in one request. They are stored when this returns."""
        if operations:
            boundary, body = multipart(operations)
            headers = {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Content-Encoding": "gzip",
            }
            self.ask("POST", "/runs/multipart", gzip.compress(body, 1), headers)

    def project(self, name: str) -> Json | None:
        """The project of that name, if there is one."""
        found = self.ask("GET", f"/sessions?name={quote(name, safe='')}&limit=1")
        if not isinstance(found, list) or not found:
            return None
        return dict(found[0])

    def create_project(self, name: str, description: str, metadata: Json) -> None:
        """Makes a project that carries `metadata`."""
        content = {"name": name, "description": description, "extra": {"metadata": metadata}}
        self.ask("POST", "/sessions", json.dumps(content).encode(), {"Content-Type": "application/json"})

    def remove_project(self, project_id: str) -> None:
        """Removes a project with all its runs."""
        self.ask("DELETE", f"/sessions/{quote(project_id, safe='')}")

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        """The server's answer, parsed; waits and asks again when the server is busy, as an SDK does."""
        sent = {"Accept": "application/json", "User-Agent": "econome-demo", **(headers or {})}
        if self.key:
            sent["x-api-key"] = self.key
        url = self._url(path)
        for attempt in range(1, _TRIES + 1):
            request = Request(url, data=body, headers=sent, method=method)  # noqa: S310 checked in _url
            try:
                with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 checked in _url
                    content = answer.read()
                    return json.loads(content) if content.strip() else None
            except HTTPError as error:
                with error:
                    if error.code not in _AGAIN or attempt == _TRIES:
                        raise DemoError(_refused(error, path)) from None
                    _pause(error.headers.get("Retry-After"), attempt)
            except (URLError, http.client.HTTPException, OSError) as error:
                reason = getattr(error, "reason", error)
                raise DemoError(
                    f"No Econome answers at {self.address} ({reason}). Start one: econome serve"
                ) from None
            except json.JSONDecodeError:
                raise DemoError(
                    f"{url} answered with something that is not JSON. Is this an Econome?"
                ) from None
        raise AssertionError

    def _url(self, path: str) -> str:
        if urlsplit(self.address).scheme not in ("http", "https"):
            raise DemoError(f'An address begins with http:// or https://, unlike "{self.address}".')
        return self.address.rstrip("/") + path


def multipart(operations: Sequence[tuple[str, Json]]) -> tuple[str, bytes]:
    """Posts and patches as a body of /runs/multipart, and its boundary."""
    boundary = secrets.token_hex(16)
    parts: list[bytes] = []

    def part(name: str, value: object) -> None:
        content = json.dumps(value, ensure_ascii=False).encode()
        head = f'Content-Disposition: form-data; name="{name}"\r\nContent-Type: application/json'
        parts.append(
            f"--{boundary}\r\n{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content + b"\r\n"
        )

    for operation, run in operations:
        name = f"{operation}.{run['id']}"
        part(name, {field: value for field, value in run.items() if field not in APART})
        for field in APART:
            if run.get(field) is not None:
                part(f"{name}.{field}", run[field])
    parts.append(f"--{boundary}--\r\n".encode())
    return boundary, b"".join(parts)


def _refused(error: HTTPError, path: str) -> str:
    try:
        answer = json.loads(error.read(100_000))
        detail = answer.get("detail") or answer.get("title") if isinstance(answer, dict) else ""
    except (ValueError, OSError):
        detail = ""
    said = f"The server refused {path}: {error.code} {detail or error.reason}"
    return said + (" Give an admin key with --key." if error.code in (401, 403) else "")


def _pause(retry_after: str | None, attempt: int) -> None:
    asked = float(retry_after) if retry_after and retry_after.isdigit() else 0.0
    time.sleep(min(asked or 0.2 * 2**attempt, 10.0))
