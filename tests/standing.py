"""Our server on a port of this machine, in this process: for what only a real connection shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette


@contextmanager
def standing(app: Starlette) -> Iterator[str]:
    """The address of the app while it is served, on a free port."""
    config = uvicorn.Config(
        app,
        port=0,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="standing")
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "it did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
