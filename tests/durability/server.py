"""The real server, with one thing added: it kills itself at a named step of the write path.

    python -m durability.server FOLDER [STEP PASSAGE]

At the PASSAGE-th time that it is about to begin STEP it sends itself SIGKILL, from which
nothing is cleaned up: no flush, no lock released, no answer sent. Without a step it is
killed from outside.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from econome.app import create_app
from econome.settings import settings
from econome.store.lock import admin_token, hold
from econome.web.serving import serve

STEPS = ("payloads", "attachments", "feedback", "prices", "templates", "facts", "written")


def main(folder: str, step: str = "", passage: str = "1") -> None:
    """Serves until killed."""
    chosen = settings({"data": Path(folder), "port": 0})
    left = 0 if passage == "slow" else int(passage)

    def on_step(name: str) -> None:
        nonlocal left
        if name == step and passage == "slow":
            time.sleep(0.5)
        elif name == step:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    held = hold(chosen.data)
    app = create_app(chosen, admin_token(chosen.data), on_step)
    serve(app, chosen, lambda address, _: print(address, flush=True))
    held.release()


if __name__ == "__main__":
    main(*sys.argv[1:])
