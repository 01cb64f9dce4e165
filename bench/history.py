"""What it costs to ask in other money, and to price a period again.

    python bench/history.py [RUNS]

Makes that many calls of some priced models over 30 days in a store of its own, asks for their totals
as recorded, at another day's prices, in euros and both, and prices all of them again. Of each
question the least and the median of several rounds by the clock, each with other bounds, for a
repeated question is answered from a cache.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from econome.analytics.priced import at_prices_of, in_currency
from econome.analytics.totals import totals
from econome.app import open_econome
from econome.domain.project import DEFAULT_WORKSPACE, project_id
from econome.domain.run import Run, Status
from econome.domain.scope import Scope
from econome.domain.usage import UsageSource
from econome.ingest.repricing import State
from econome.settings import Settings
from econome.store.client import Store

SINCE, DAYS = datetime(2026, 10, 1, tzinfo=UTC), 30
MODELS = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("openai", "o3"),
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-haiku-4-5"),
    ("google", "gemini-2.5-pro"),
    ("google", "gemini-2.5-flash"),
    ("deepseek", "deepseek-chat"),
    ("xai", "grok-4"),
    ("", "nobody-s-model"),
)
ROUNDS, BLOCK = 5, 10_000
_COLUMNS = [field.name for field in fields(Run)]


def fill(store: Store, runs: int) -> None:
    """Calls at a cost that no price gives, in order of time."""
    dice = random.Random(1)
    project = project_id(DEFAULT_WORKSPACE, "bench")
    between = timedelta(days=DAYS) / runs
    for first in range(0, runs, BLOCK):
        block = [_call(dice, project, number, between) for number in range(first, min(first + BLOCK, runs))]
        store.insert("runs", {name: [getattr(run, name) for run in block] for name in _COLUMNS})


def _call(dice: random.Random, project: UUID, number: int, between: timedelta) -> Run:
    started = SINCE + number * between
    provider, model = dice.choice(MODELS)
    uncached, cached, out = dice.randrange(1, 250_000), dice.choice((0, 1024)), dice.randrange(1, 4_000)
    run_id = UUID(int=(0x4000 << 64) | (1 << 63) | number)
    return Run(
        workspace=DEFAULT_WORKSPACE,
        id=run_id,
        trace_id=run_id,
        key_time=started,
        version=1,
        pieces=2,
        project=project,
        name="call",
        kind="llm",
        status=Status.SUCCESS,
        started_at=started,
        ended_at=started + timedelta(seconds=1),
        received_at=started,
        provider=provider,
        model=model,
        counted=True,
        usage_source=UsageSource.REPORTED,
        uncached=uncached,
        cache_read=cached,
        text_out=out,
        input_tokens=uncached + cached,
        output_tokens=out,
        cost=Decimal("0.03"),
        input_cost=Decimal("0.01"),
        output_cost=Decimal("0.02"),
    )


async def main() -> None:
    """Measures and prints."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with TemporaryDirectory() as folder:
        here = open_econome(Settings(data=Path(folder), text_index=False), "eca_bench")
        here.writer.start()
        fill(here.store, runs)
        scope = Scope(DEFAULT_WORKSPACE, SINCE, SINCE + timedelta(days=DAYS), slack=here.writer.slack)
        rates = [
            (date(2026, 9, 1) + timedelta(days=n), Decimal("0.9") + Decimal(n) / 1000) for n in range(60)
        ]

        def at(asked: Scope) -> Scope:
            return at_prices_of(here.store, here.prices, asked, date(2026, 7, 1), here.projects.name_of)

        cases: dict[str, Callable[[Scope], Scope]] = {
            "as recorded": lambda asked: asked,
            "at another day's prices": at,
            "in euros": lambda asked: in_currency(asked, "EUR", rates),
            "both": lambda asked: in_currency(at(asked), "EUR", rates),
        }
        print(f"load {os.getloadavg()[0]:.1f}, {runs} calls over {DAYS} days, {ROUNDS} rounds")
        spent: dict[str, list[float]] = {name: [] for name in cases}
        for round_ in range(ROUNDS):
            for case, money in cases.items():
                asked = replace(scope, until=scope.until - timedelta(microseconds=round_ + 1))
                began = time.perf_counter()
                totals(here.store, money(asked))
                spent[case].append(time.perf_counter() - began)
        for case, times in spent.items():
            print(
                f"{case:26} {min(times) * 1000:7.0f} ms least, {statistics.median(times) * 1000:7.0f} median"
            )
        began = time.perf_counter()
        one = await here.repricings.propose(scope, "", "bench")
        while one.state == State.MEASURING:  # noqa: ASYNC110  (nothing tells)
            await asyncio.sleep(0.1)
        print(f"{'a proposal':26} {(time.perf_counter() - began) / runs * 1e6:7.0f} us a call")
        began = time.perf_counter()
        await here.repricings.apply(one, "bench")
        while one.state == State.RUNNING:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        print(f"{'applied':26} {(time.perf_counter() - began) / runs * 1e6:7.0f} us a call, {one.state}")
        here.writer.stop()
        here.store.close()


if __name__ == "__main__":
    asyncio.run(main())
