"""`econome demo`: fills a running server with traces to look at, and removes them again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from econome.sample import local_model
from econome.sample.days import last_days
from econome.sample.garden_app import Outbox, conversations
from econome.sample.marks import DEMO, SAMPLE, Mark
from econome.sample.progress import Progress
from econome.sample.wire import DemoError, Server

TRACES_PER_REQUEST = 20
STOPPED = 130  # what a shell says of a program that Ctrl-C ended


def command(
    address: str,
    key: str | None = None,
    remove: bool = False,
    real: bool | None = None,
    say: Callable[[str], None] = print,
) -> int:
    """Runs the demo and gives the exit code.

    `real` asks for calls to a real small model: True insists, False wants the sample, None takes
    the model when its packages are here.
    """
    server = Server(address, key)
    try:
        if remove:
            return _remove(server, say)
        if real is None:
            real = local_model.is_installed()
            if not real:
                say(f"Without a small model here, this is a sample. For real calls: {local_model.INSTALL}")
        return _call_the_model(server, say) if real else _load_the_sample(server, say)
    except DemoError as error:
        sys.stderr.write(f"econome demo: {error}\n")
        return 1


def _load_the_sample(server: Server, say: Callable[[str], None]) -> int:
    _prepare(server, SAMPLE)
    traces = list(last_days(datetime.now(UTC)))
    sent = 0
    try:
        with Progress("Sample traces", len(traces)) as progress:
            for start in range(0, len(traces), TRACES_PER_REQUEST):
                some = traces[start : start + TRACES_PER_REQUEST]
                server.send([("post", run) for trace in some for run in trace])
                sent += len(some)
                progress.advance(len(some))
    except KeyboardInterrupt:
        say(f"\nStopped: {sent} of {len(traces)} traces are there. The same command loads the rest.")
        return STOPPED
    runs = sum(len(trace) for trace in traces)
    say(f'{len(traces)} traces ({runs} runs) of the last week are in the project "{SAMPLE.name}".')
    _say_where(server, say)
    return 0


def _call_the_model(server: Server, say: Callable[[str], None]) -> int:
    if not local_model.is_installed():
        raise DemoError(f"The small model is not installed. {local_model.INSTALL}")
    _prepare(server, DEMO)
    outbox = Outbox(server.send)
    made = 0
    try:
        with local_model.LocalModel() as model:
            turns = conversations(model, outbox)
            with Progress("Real calls", len(turns)) as progress:
                for turn in turns:
                    turn()
                    made += 1
                    progress.advance(1)
    except KeyboardInterrupt:
        outbox.abandon("Stopped by Ctrl-C")
        say(f"\nStopped. Traces that are there: {made}, and the one that was interrupted.")
        return STOPPED
    say(f'{made} traces of a real model are in the project "{DEMO.name}".')
    _say_where(server, say)
    return 0


def _prepare(server: Server, mark: Mark) -> None:
    """Makes the project, marked as ours. One of the user's own with that name is left alone."""
    project = server.project(mark.name)
    if project is None:
        server.create_project(mark.name, mark.description, mark.metadata)
    elif not mark.is_on(project.get("extra")):
        raise DemoError(f'You have a project named "{mark.name}" of your own. Rename it, then try again.')


def _remove(server: Server, say: Callable[[str], None]) -> int:
    removed = []
    for mark in (SAMPLE, DEMO):
        project = server.project(mark.name)
        if project is not None and mark.is_on(project.get("extra")):
            server.remove_project(str(project["id"]))
            removed.append(mark.name)
    say(f"Removed: {', '.join(removed)}." if removed else "There was nothing to remove.")
    return 0


def _say_where(server: Server, say: Callable[[str], None]) -> None:
    say(f"Look at it: {server.address.rstrip('/')}/ui/    Remove it: econome demo --remove")
