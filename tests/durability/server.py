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
from pathlib import Path

from econome.app import create_app
from econome.settings import Settings
from econome.store.lock import admin_token, hold
from econome.web.serving import serve

STEPS = ("payloads", "attachments", "feedback", "prices", "facts", "superseded", "written")


def main(folder: str, step: str = "", passage: str = "1") -> None:
    """Serves until killed."""
    settings = Settings(data=Path(folder), port=0)
    left = int(passage)

    def on_step(name: str) -> None:
        nonlocal left
        if name == step:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    held = hold(settings.data)
    app = create_app(settings, admin_token(settings.data), on_step)
    serve(app, settings, lambda address: print(address, flush=True))
    held.release()


if __name__ == "__main__":
    main(*sys.argv[1:])
