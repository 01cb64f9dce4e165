"""What every request passes before anything of ours sees it.

`middleware(settings)` is the list for `Starlette(middleware=…)`, from the outside in:

1. `Headers`       what every answer says to a browser, and how many answers of which kind there were
2. `Failures`      whatever nobody expected: logged once, told without a trace
3. `Doors`         the method, the path, the Host (DNS rebinding) and the Origin (foreign writes)
4. `Authenticate`  whose key it is (`auth.py`)

Inside them stand Starlette's own handler, with `errors.HANDLERS`, and the routes. All of them are
plain ASGI: together they took 34 µs of an ingest request, on two busy cores.
"""

from __future__ import annotations

import logging
from collections import Counter
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from econome.settings import Settings
from econome.web.auth import Authenticate
from econome.web.errors import problem

log = logging.getLogger("econome.web")

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READING = frozenset({"GET", "HEAD", "OPTIONS"})

FOR_ALL_PAGES = ("/feedback/tokens/", "/api/feedback/tokens/", "/api/v1/feedback/tokens/")
"""Links for feedback are made to be used on pages of other origins: no cookie has a say there."""

ALWAYS = (
    # The dashboard sets a policy of its own. Anything else, a stranger's attachment included, is
    # no page: nothing in it may run, load or be framed.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def middleware(settings: Settings) -> list[Middleware]:
    """What stands before the routes, outermost first."""
    return [
        Middleware(Headers),
        Middleware(Failures),
        Middleware(Doors, settings=settings),
        Middleware(Authenticate),
    ]


class Headers:
    """Adds `ALWAYS` to answers that do not say otherwise, and counts answers by their status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answers: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; `request.state.answers` is the count so far."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["answers"] = self.answers

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers[message["status"]] += 1
                headers = list(message.get("headers", ()))
                said = {name.lower() for name, _ in headers}
                headers += [header for header in ALWAYS if header[0] not in said]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_guarded)


class Failures:
    """Answers what nobody expected with 500, and logs it once; what went wrong is not for strangers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except ClientDisconnect:
            log.debug("%s %s: the client went away", scope["method"], scope["path"])
        except Exception:
            # The edge: the only place besides background loops that may catch everything.
            log.exception("%s %s failed", scope["method"], scope["path"])
            if has_begun:
                return  # the server breaks the connection off: a cut answer must not look whole
            answer = problem(scope["path"], 500, "Something failed here. The server's log says what.")
            await answer(scope, receive, send)


class Doors:
    """Turns away what no client of ours sends: see the module for the list."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = {"localhost", settings.host.strip("[]").lower()}
        self._suffixes = [".localhost"]
        for name in settings.allowed_hosts:
            if name.startswith("."):
                self._suffixes.append(name.lower())
            self._names.add(name.lower().removeprefix("."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "Nothing here is a WebSocket."})
            return
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        method, path = scope["method"], scope["path"]
        if method not in METHODS:
            return problem(path, 405, f"{method[:20]} is not used here.", {"allow": ", ".join(METHODS)})
        if not _is_clean(path):
            return problem(path, 400, "The path has a part that leads elsewhere, or a control character.")
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        host = hosts[0].decode("latin-1").lower() if len(hosts) == 1 else ""
        name = _name(host)
        if not name:
            return problem(path, 400, "A request must name its Host, once.")
        if not self._is_ours(name):
            detail = (
                f'This server does not go by the name "{name[:100]}". '
                "If it should, start it with: econome serve --allowed-host NAME"
            )
            return problem(path, 421, detail)
        if method not in READING and not path.startswith(FOR_ALL_PAGES) and _is_foreign(scope, host):
            return problem(path, 403, "A page of another origin may not write here.")
        return None

    def _is_ours(self, name: str) -> bool:
        # An address is no name: nobody can point it elsewhere, so rebinding needs a name.
        return name in self._names or name.endswith(tuple(self._suffixes)) or _is_address(name)


def _is_clean(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return ".." not in parts and not any(character < " " or character == "\x7f" for character in path)


def _name(host: str) -> str:
    """The name in `name:port`, without its final dot; empty if there is no making sense of it."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        return name if bracket and (not port or port[0] == ":") else ""
    name, _, port = host.partition(":")
    return name.rstrip(".") if not port or port.isdecimal() else ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_foreign(scope: Scope, host: str) -> bool:
    """Whether a browser says that the page which writes came from elsewhere; other clients say nothing."""
    said = {name: value for name, value in scope["headers"] if name in {b"origin", b"sec-fetch-site"}}
    if said.get(b"sec-fetch-site") in {b"cross-site", b"same-site"}:
        return True
    origin = said.get(b"origin")
    if origin is None:
        return False
    try:
        parts = urlsplit(origin.decode("latin-1").lower())
        default = {"http": 80, "https": 443}[parts.scheme]
        theirs = (parts.hostname, parts.port or default)
        ours = urlsplit(f"{parts.scheme}://{host}")
        us = (ours.hostname, ours.port or default)
    except (KeyError, ValueError):  # `null` too: a sandboxed frame or a file
        return True
    return theirs != us
