"""OTLP over gRPC, for exporters that speak nothing else: each call becomes the request that HTTP would bring.

So there is one way in: the same keys, the same limits, the same receipt. gRPC itself is the optional
extra `grpc`; its messages are the same protobuf, so that no generated stub is needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from econome.settings import Settings
from econome.web.errors import CannotServe
from econome.web.otlp_answers import PROTOBUF, message_in

_COLLECTOR = "opentelemetry.proto.collector"
_PATHS = {
    f"/{_COLLECTOR}.trace.v1.TraceService/Export": "/v1/traces",
    f"/{_COLLECTOR}.logs.v1.LogsService/Export": "/v1/logs",
    f"/{_COLLECTOR}.metrics.v1.MetricsService/Export": "/v1/metrics",
}
_STATUSES = {
    # From HTTP's answer to the name of gRPC's. Exporters come again after UNAVAILABLE.
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    413: "RESOURCE_EXHAUSTED",
    429: "UNAVAILABLE",
    503: "UNAVAILABLE",
}
_GRACE_SECONDS = 10


@asynccontextmanager
async def opened(app: ASGIApp, settings: Settings) -> AsyncIterator[int | None]:
    """The port at which gRPC is spoken while the block lasts; None where the settings want none.

    Raises `CannotServe` where gRPC is not installed, or the port is taken.
    """
    if settings.grpc_port is None:
        yield None
        return
    try:
        import grpc.aio  # noqa: PLC0415 - an optional extra, and slow to load
    except ImportError as error:
        message = "OTLP over gRPC needs one more package. Install it with: pip install 'econome[grpc]'"
        raise CannotServe(message) from error
    limits = [("grpc.max_receive_message_length", settings.max_body_bytes), ("grpc.so_reuseport", 0)]
    server = grpc.aio.server(options=limits)
    server.add_generic_rpc_handlers((_handlers(grpc, app),))
    try:
        port = server.add_insecure_port(f"{settings.host}:{settings.grpc_port}")
    except RuntimeError as error:
        why = f"Cannot listen on port {settings.grpc_port} of {settings.host} for gRPC."
        raise CannotServe(f"{why} Choose another with --grpc-port; 0 takes a free one.") from error
    await server.start()
    try:
        yield port
    finally:
        await server.stop(_GRACE_SECONDS)


def _handlers(grpc: Any, app: ASGIApp) -> Any:
    def handler(path: str) -> Any:
        return grpc.unary_unary_rpc_method_handler(_export(grpc, app, path))  # bytes in, bytes out

    by_method = {method: handler(path) for method, path in _PATHS.items()}

    class Handlers(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> Any:
            return by_method.get(details.method)

    return Handlers()


def _export(grpc: Any, app: ASGIApp, path: str) -> Callable[[bytes, Any], Any]:
    async def export(body: bytes, called: Any) -> bytes:
        status, answer = await _ask(app, path, body, called.invocation_metadata())
        if status != 200:
            code = getattr(grpc.StatusCode, _STATUSES.get(status, "UNKNOWN"))
            await called.abort(code, message_in(answer))
        return answer

    return export


async def _ask(app: ASGIApp, path: str, body: bytes, metadata: Any) -> tuple[int, bytes]:
    """What the app answers to this request: the status and the body."""
    headers = [(name.lower().encode(), _bytes(value)) for name, value in metadata or ()]
    kept = [(name, value) for name, value in headers if name not in _OURS and not name.startswith(b":")]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "2",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            *kept,
            (b"host", b"localhost"),
            (b"content-type", PROTOBUF.encode()),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": None,
        "server": None,
        "state": {},
    }
    status = 500
    parts: list[bytes] = []
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(parts)


_OURS = frozenset((b"host", b"content-type", b"content-length", b"content-encoding", b"te"))
"""What gRPC says of its own transport; the body is unpacked already."""


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")
