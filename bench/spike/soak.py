"""Does the engine live in a long-running process? Ten inserts a second, watched.

    python bench/spike/soak.py /tmp/soak --minutes 30 --csv /tmp/soak.csv
    python bench/spike/soak.py /tmp/soak --option max_thread_pool_size=64 --drop-idle ...

Each insert is 20 facts, then their 40 payload rows, by a pool of four threads that own a client each; a fifth
asks the dashboard's question every two seconds. Every ten seconds one line goes to the CSV: memory, descriptors by kind,
threads by name, parts. Once the writing stops it watches two minutes more, to see what is given back.
"""

import argparse
import collections
import csv
import json
import os
import random
import re
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil

from shape import (
    PAYLOADS_DDL,
    facts,
    facts_ddl,
    insert,
    machine,
    open_store,
    payloads,
    say,
)

QUESTION = """select model, sum(cost), sum(uncached_input), count() from runs final
where key_time >= now() - interval 7 day group by model"""


def kinds_of_descriptors() -> collections.Counter[str]:
    """How many descriptors are open, by what they lead to (store files: by extension)."""
    kinds: collections.Counter[str] = collections.Counter()
    for entry in os.scandir("/proc/self/fd"):
        try:
            target = os.readlink(entry.path)
        except OSError:
            continue
        gone = " (deleted)" if target.endswith("(deleted)") else ""
        target = target.removesuffix(" (deleted)")
        if target.startswith("/proc/"):
            kind = "/proc/…/task/…/" + Path(target).name
        else:
            kind = re.sub(r":\[?\w+\]?$", "", target) if ":" in target else Path(target).suffix or target
        kinds[kind + gone] += 1
    return kinds


def names_of_threads() -> collections.Counter[str]:
    """How many threads run, by name without its number."""
    names: collections.Counter[str] = collections.Counter()
    for entry in os.scandir("/proc/self/task"):
        try:
            names[re.sub(r"\d+$", "", Path(entry.path, "comm").read_text().strip())] += 1
        except OSError:
            continue
    return names


def private_mb() -> float:
    """Memory that only this process holds, in MB."""
    text = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"Private_Dirty:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def main() -> None:
    """Runs the soak and prints a summary every minute."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--csv", default="/tmp/soak.csv")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--option", action="append", default=[], help="engine option, name=value")
    parser.add_argument("--table", default="", help="settings of the tables")
    parser.add_argument("--no-payloads", action="store_true")
    asked = parser.parse_args()

    shutil.rmtree(asked.path, ignore_errors=True)
    options = dict(option.split("=", 1) for option in asked.option)
    first = open_store(asked.path, **options)
    say(machine(first), options, asked.table)
    first.command(facts_ddl("runs", settings=asked.table))
    first.command(PAYLOADS_DDL + (f" settings {asked.table}" if asked.table else ""))
    own = threading.local()
    took: list[float] = []
    sent = failed = 0

    def client() -> object:
        if not hasattr(own, "client"):
            own.client = open_store(asked.path, **options)
        return own.client

    def write(number: int) -> None:
        nonlocal sent, failed
        chance = random.Random(number)
        runs = facts(20, chance, datetime.now(UTC))
        said = payloads(runs, chance)
        before = time.perf_counter()
        try:
            if not asked.no_payloads:
                insert(client(), "payloads", said)
            insert(client(), "runs", runs)
            sent += 20
        except Exception as fault:  # the soak goes on; the count tells
            failed += 1
            print("FAILED", str(fault)[:300], flush=True)
        took.append(time.perf_counter() - before)

    def ask() -> None:
        client().query(QUESTION)  # type: ignore[attr-defined]

    process = psutil.Process()
    writers = ThreadPoolExecutor(asked.threads)
    readers = ThreadPoolExecutor(1)
    began = time.monotonic()
    until = began + asked.minutes * 60
    number, next_sample = 0, began
    with open(asked.csv, "w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow("second rss_mb private_mb fds threads active_parts all_parts cpu_s sent failed p50_ms p99_ms load fd_kinds thread_names".split())  # fmt: skip
        while (now := time.monotonic()) < until + 120:
            if now < until:
                writers.submit(write, number)
                if number % int(2 * asked.rate) == 0:
                    readers.submit(ask)
                number += 1
            if now >= next_sample:
                next_sample += 10
                parts = first.query("select countIf(active), count() from system.parts").first_row
                kinds, names = kinds_of_descriptors(), names_of_threads()
                recent = sorted(took[-200:]) or [0.0]
                line = [
                    round(now - began), round(process.memory_info().rss / 2**20), round(private_mb()),
                    sum(kinds.values()), sum(names.values()), *parts,
                    round(sum(process.cpu_times()[:2])), sent, failed,
                    round(recent[len(recent) // 2] * 1000), round(recent[int(len(recent) * 0.99)] * 1000),
                    round(os.getloadavg()[0], 1),
                ]  # fmt: skip
                lines.writerow([*line, json.dumps(kinds.most_common(25)), json.dumps(names.most_common(30))])
                file.flush()
                if len(took) % 600 < 120:
                    say(*line)
            time.sleep(max(0.0, began + number / asked.rate - time.monotonic()) if now < until else 1)
    writers.shutdown()
    stored = first.command("select count() from runs final")
    say(f"sent {sent}, stored {stored}, failed {failed}; worst insert {max(took) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
