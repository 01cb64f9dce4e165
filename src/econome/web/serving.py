"""Runs an app on a port until it is told to stop, and then stops in order.

Uvicorn serves; the app's lifespan is entered here rather than by it, so that what fails at start
fails in words, and so that the last request is finished before the store is closed.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Self

import uvicorn
from starlette.applications import Starlette

from econome.settings import Settings
from econome.web import grpc_door
from econome.web.context import Econome
from econome.web.errors import CannotServe

GRACE_SECONDS = 20  # for requests under way; orchestrators kill after 30
KEEP_ALIVE_SECONDS = 75  # above the usual 60 s of proxies: the side that waits longer meets no closed door
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(app: Starlette, settings: Settings, started: Callable[[str, Sequence[str]], None]) -> None:
    """Serves `app` until SIGINT or SIGTERM.

    `started` is told the address once it answers, and the others, for OpenTelemetry alone, if any.
    """
    with (
        ExitStack() as opened,
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
        suppress(asyncio.CancelledError),  # told to stop while it started
    ):
        listening = [opened.enter_context(bind(settings.host, settings.port))]
        if settings.otlp_port is not None:
            listening.append(opened.enter_context(bind(settings.host, settings.otlp_port, "--otlp-port")))
        runner.run(_serve(app, settings, listening, started))


def bind(host: str, port: int, flag: str = "--port") -> socket.socket:
    """A socket at that address, which nobody can call yet: an early call should fail, not hang."""
    name = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotServe(f'There is no address "{host}" here: {error.strerror}.') from error
    if sys.platform != "win32":  # there it would share the port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as error:
        listening.close()
        why = f"Cannot listen on port {port} of {host}: {error.strerror}."
        raise CannotServe(f"{why} Choose another with {flag}; 0 takes a free one.") from error
    return listening


def address_of(host: str, port: int) -> str:
    """Where this machine can call the server."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


async def _serve(
    app: Starlette,
    settings: Settings,
    listening: list[socket.socket],
    started: Callable[[str, Sequence[str]], None],
) -> None:
    with _Signals() as signals:
        async with app.router.lifespan_context(app), grpc_door.opened(app, settings) as grpc_port:
            here: Econome = app.state.econome
            _refuse_strangers(here)
            signals.is_serving = True
            _calm_collector()
            address, *others = (address_of(settings.host, one.getsockname()[1]) for one in listening)
            if grpc_port is not None:
                others.append(f"{address_of(settings.host, grpc_port)} (gRPC)")
            server = _Server(app, here, lambda: started(address, others))
            await server.serve(sockets=listening)
            # Leaving stores what was accepted. Nothing interrupts it but a kill.


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, here: Econome, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._here = here
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._here.live.close()  # endless answers: they would hold it back
        await super().shutdown(sockets)


class _Signals:
    """Before the server serves, a signal ends its start.

    Later uvicorn has the signals, and raises them again when it is done: to deaf ears.
    """

    def __init__(self) -> None:
        self.is_serving = False

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._before = {one: signal.signal(one, self._heard) for one in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _heard(self, _signal: int, _frame: FrameType | None) -> None:
        if not self.is_serving and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)


def _calm_collector() -> None:
    """Lets the garbage collector look less often, and not at what was there at the start.

    Parsed JSON is millions of short-lived dicts without a cycle; looking through them for cycles
    took 46 of the 580 microseconds of a run (docs/explanation/benchmarks.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _refuse_strangers(here: Econome) -> None:
    if here.keys.is_empty and not here.settings.is_loopback:
        message = (
            f"{here.settings.host} can be reached by others, and there is no API key, which is "
            "what would tell them from you. Make one first, with:\n\n"
            f"    econome keys create --name my-app{here.settings.place}"
        )
        raise CannotServe(message)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415  (does not exist on Windows)

    return uvloop.new_event_loop
