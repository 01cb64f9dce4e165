"""kill -9 under load, more than fifty times: none acknowledged is lost, none is double."""

from __future__ import annotations

import random
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from durability.senders import Journal, Sender
from durability.server import STEPS
from durability.started import Started
from econome.store.client import Store
from econome.store.question import Question

AT_STEPS = 4
"""Kills at each named step."""
AT_RANDOM = 28
SENDERS = 3


@dataclass(frozen=True, slots=True)
class RunRow:
    id: UUID
    pieces: int
    counted: bool
    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class PayloadRow:
    id: UUID
    piece: str
    text: str


@dataclass(frozen=True, slots=True)
class Totals:
    runs: int
    input_tokens: int | None
    output_tokens: int | None


RUNS = Question("runs", "select id, pieces, counted, input_tokens, output_tokens from runs final")
PAYLOADS = Question(
    "payloads",
    "select id, toString(piece) as piece, if(inputs = '', outputs, inputs) as text from payloads final",
)
TOTALS = Question(
    "totals",
    "select count() as runs, sumIf(input_tokens, counted) as input_tokens,"
    " sumIf(output_tokens, counted) as output_tokens from runs final",
)


def test_nothing_acknowledged_is_lost_and_nothing_is_double(own_folder: Path) -> None:
    chance = random.Random(20260318)  # noqa: S311 - a test repeats itself
    journal, lock = Journal(), threading.Lock()
    senders = [Sender(seed, journal, lock) for seed in range(SENDERS)]
    plan = [step for step in STEPS for _ in range(AT_STEPS)] + [""] * AT_RANDOM
    chance.shuffle(plan)
    kills = 0
    tries = 0
    while plan:
        tries += 1
        assert tries < 200, f"only {kills} kills landed after an acknowledgement"
        before = sum(sender.acknowledged for sender in senders)
        _one_round(own_folder, plan[-1], chance, senders)
        if sum(sender.acknowledged for sender in senders) > before:
            kills += 1  # it landed between the first acknowledgement of its server and the end
            plan.pop()
            if kills % 9 == 0:
                _compare(own_folder, journal, everything=False)
    with Started(own_folder) as (server, address):
        for sender in senders:
            sender.drain(address)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    _compare(own_folder, journal, everything=True)
    assert kills == len(STEPS) * AT_STEPS + AT_RANDOM >= 50
    print(f"{kills} kills landed, {len(journal.posted)} runs acknowledged")


def _one_round(folder: Path, step: str, chance: random.Random, senders: list[Sender]) -> None:
    """Starts a server, loads it, and lets it be killed: at a step of its own, or from outside."""
    stop = threading.Event()
    with Started(folder, step, chance.randrange(3, 12)) as (server, address):
        assert address, "the server did not start after a kill"
        threads = [threading.Thread(target=sender.send, args=(address, stop)) for sender in senders]
        for thread in threads:
            thread.start()
        if step:
            server.wait(timeout=60)
        else:
            time.sleep(chance.uniform(0.2, 1.2))
            server.kill()
            server.wait()
        stop.set()
        for thread in threads:
            thread.join()
        assert server.returncode == -signal.SIGKILL


def _compare(folder: Path, journal: Journal, *, everything: bool) -> None:
    """Holds the store against the journal. `everything`: nothing waits to be sent again."""
    store = Store(f"chdb://{folder / 'store'}")
    try:
        runs = {str(row.id): row for row in store.ask(RunRow, RUNS)}
        payloads = store.ask(PayloadRow, PAYLOADS)
        (totals,) = store.ask(Totals, TOTALS)
    finally:
        store.close()
    assert journal.posted | journal.patched <= runs.keys()
    assert totals.runs == len(runs), "an id has two rows"
    for run_id in journal.posted:
        assert runs[run_id].pieces & 1
    for run_id in journal.patched:
        assert runs[run_id].pieces & 2
    texts = {(str(row.id), row.piece) for row in payloads}
    assert len(texts) == len(payloads), "a payload part is double"
    assert {(run_id, "post") for run_id in journal.posted} <= texts
    assert {(run_id, "patch") for run_id in journal.patched} <= texts
    assert all(str(row.id) in row.text for row in payloads)
    for run_id in journal.patched & journal.tokens.keys():
        row = runs[run_id]
        assert (row.input_tokens, row.output_tokens) == journal.tokens[run_id]
    if everything:
        assert runs.keys() == journal.posted == journal.patched
        assert {run_id for run_id, row in runs.items() if row.counted} == journal.tokens.keys()
        assert totals.input_tokens == sum(tokens for tokens, _ in journal.tokens.values())
        assert totals.output_tokens == sum(tokens for _, tokens in journal.tokens.values())
