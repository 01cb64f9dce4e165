"""What limits ingest: processor time by step, and by function under cProfile."""

from __future__ import annotations

import cProfile
import gc
import pstats
import time
from collections.abc import Sequence
from pathlib import Path

from bench import steps
from bench.ingest import measure
from bench.report import said, table
from bench.session import Session
from bench.work import steps as work_of

from econome.web.serving import _calm_collector

MOST_FUNCTIONS = 40


def run(session: Session) -> None:
    work = work_of(session.size(20_000, 1_000), seed=4)
    runs = len(work)
    bodies = steps.bodies_of(work)
    # As the server has it; and the work itself, which is not the server's, is not looked through.
    _calm_collector()
    with steps.collecting() as while_reading:
        read = steps.reading(bodies)
    with steps.collecting() as while_committing:
        with_index = steps.committing(bodies, session.folder("steps-with"), text_index=True)
    without = steps.committing(bodies, session.folder("steps-without"), text_index=False)
    whole = measure(work, session.folder("profile-http"), "--text-index")
    _tell_steps(runs, read, with_index, without, whole.cpu_seconds)
    collected = [sum(one) / runs * 1e6 for one in (while_reading, while_committing)]
    said(
        "Garbage collection, included in the steps during which it happened, takes "
        f"{collected[0]:,.1f} µs a run while reading and {collected[1]:,.1f} while committing."
    )
    _tell_functions(runs, bodies, session.folder("functions"))
    gc.unfreeze()


def _tell_steps(
    runs: int,
    read: dict[str, steps.Spent],
    with_index: dict[str, steps.Spent],
    without: dict[str, steps.Spent],
    http_seconds: float,
) -> None:
    said(
        f"Processor time in µs a run (a post and a patch), over {runs:,} runs, in commits of "
        f"{steps.DELIVERIES} requests. A step does not include those below it that it calls."
    )
    none = steps.Spent()
    spent = {step: (one, one) for step, one in read.items()}
    spent |= {step: (one, without.get(step, none)) for step, one in with_index.items()}
    each = {
        step: [seconds / runs * 1e6 for seconds in (one.own, other.own, one.others, other.others)]
        for step, (one, other) in spent.items()
    }
    totals = [sum(column) for column in zip(*each.values(), strict=True)]
    table(
        ["step", "with text index", "without", "other threads, with", "other threads, without"],
        [*([step, *figures] for step, figures in each.items()), ["**sum**", *totals]],
    )
    whole = http_seconds / runs * 1e6
    said(
        f"The server, through HTTP and with the text index, takes {whole:,.0f} µs a run: "
        f"{whole - totals[0] - totals[2]:,.0f} more, for HTTP, passing work between threads, and merges."
    )


def _tell_functions(runs: int, bodies: Sequence[bytes], folder: Path) -> None:
    with steps.opened(folder, text_index=False) as committer:
        profile = cProfile.Profile(time.thread_time)
        for group in steps.groups_of(bodies):
            profile.enable()
            committer.commit(steps.accepted_of(group))
            profile.disable()
    found = pstats.Stats(profile).get_stats_profile().func_profiles
    dearest = sorted(found.items(), key=lambda item: item[1].tottime, reverse=True)[:MOST_FUNCTIONS]
    said(
        "The dearest functions, without text index, in µs of the thread's processor time a run. "
        "cProfile makes small functions look dearer than they are."
    )
    table(
        ["function", "calls a run", "own", "with those it calls"],
        [
            [
                f"`{Path(one.file_name).name}:{one.line_number} {name}`",
                int(str(one.ncalls).partition("/")[0]) / runs,
                one.tottime / runs * 1e6,
                one.cumtime / runs * 1e6,
            ]
            for name, one in dearest
        ],
    )
