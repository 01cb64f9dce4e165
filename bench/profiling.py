"""What limits ingest: processor time by step, and by function under cProfile."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Sequence
from pathlib import Path

from bench import steps
from bench.ingest import measure
from bench.report import said, table
from bench.session import Session
from bench.work import steps as work_of

MOST_FUNCTIONS = 40


def run(session: Session) -> None:
    work = work_of(session.size(20_000, 1_000), seed=4)
    runs = len(work)
    bodies = steps.bodies_of(work)
    with steps.collecting() as collections:
        read = steps.reading(bodies)
        committed = {
            index: steps.committing(bodies, session.folder(f"steps-{index}"), text_index=index)
            for index in (True, False)
        }
    whole = measure(work, session.folder("profile-http"), "--text-index")
    _tell_steps(runs, read, committed, whole.cpu_seconds)
    said(
        f"Garbage collection, included above: {len(collections):,} times, "
        f"{sum(collections) / 3 / runs * 1e6:,.1f} µs a run and pass of the three."
    )
    _tell_functions(runs, bodies, session.folder("functions"))


def _tell_steps(
    runs: int,
    read: dict[str, steps.Spent],
    committed: dict[bool, dict[str, steps.Spent]],
    http_seconds: float,
) -> None:
    def each(seconds: float) -> float:
        return seconds / runs * 1e6

    said(
        f"Processor time in µs a run (a post and a patch), over {runs:,} runs, in commits of "
        f"{steps.DELIVERIES} requests. A step does not include those below it that it calls."
    )
    rows: list[list[object]] = [
        [step, each(spent.own), each(spent.own), 0.0, 0.0] for step, spent in read.items()
    ]
    for step in committed[True]:
        spent = [committed[index].get(step, steps.Spent()) for index in (True, False)]
        rows.append([step, *(each(one.own) for one in spent), *(each(one.others) for one in spent)])
    totals = [sum(float(str(row[place])) for row in rows) for place in range(1, 5)]
    rows.append(["**sum**", *totals])
    table(
        ["step", "with text index", "without", "other threads, with", "other threads, without"],
        rows,
    )
    rest = each(http_seconds) - totals[0] - totals[2]
    said(
        f"The server, through HTTP and with the text index, takes {each(http_seconds):,.0f} µs a run: "
        f"{rest:,.0f} more, for HTTP, passing work between threads, and merges."
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
