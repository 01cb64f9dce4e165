"""What the installed edition of the engine weighs, knows and takes. For decisions/0002.

    python bench/spike/editions.py /tmp/editions weigh know pool bound speed

Run it once under each virtual environment: chdb-core and chdb-core-lite cannot be installed together.
"""

import argparse
import importlib.metadata
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from known import KNOWN, PARAMETERS
from shape import (
    NAMES,
    PAYLOADS_DDL,
    facts,
    facts_ddl,
    insert,
    machine,
    open_store,
    payloads,
    say,
    timed,
)

MEMORY = """
def memory():
    lines = [line.split() for line in open('/proc/self/smaps_rollup')]
    return ', '.join(f"{name} {int(size) // 1024} MB" for name, size, *_ in lines[1:] if name in ('Rss:', 'Private_Dirty:'))
"""


def _megabytes(package: str) -> float:
    site = Path(sysconfig.get_paths()["purelib"])
    return sum(f.stat().st_size for f in (site / package).rglob("*") if f.is_file()) / 1e6


def weigh(path: str) -> None:
    """Size on disk, time to import, memory with the engine open."""
    named = [d.name for d in importlib.metadata.distributions() if d.name.startswith("chdb")]
    say(
        named,
        {p: f"{_megabytes(p):.0f} MB" for p in ("chdb", "pandas", "pyarrow", "numpy", "clickhouse_connect")},
    )
    shutil.rmtree(path, ignore_errors=True)
    for state in ("cold", "warm", "warm"):
        if state == "cold":  # the package's own pages only; needs no privilege
            for file in (Path(sysconfig.get_paths()["purelib"]) / "chdb").glob("*.so"):
                handle = os.open(file, os.O_RDONLY)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(handle)
        code = f"""{MEMORY}
import time, sys
t = time.perf_counter(); import clickhouse_connect; a = time.perf_counter() - t
t = time.perf_counter(); import chdb; b = time.perf_counter() - t
print(f'import clickhouse_connect {{a:.2f}} s, chdb {{b:.2f}} s, pandas imported: {{"pandas" in sys.modules}}, pyarrow imported: {{"pyarrow" in sys.modules}}, {{memory()}}')
t = time.perf_counter(); c = clickhouse_connect.get_client(dsn='chdb://{path}'); c.command('select 1')
print(f'open {{time.perf_counter() - t:.2f}} s, {{memory()}}'); time.sleep(2); print('idle', memory())
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        say(state, done.stdout.replace("\n", "; "), done.stderr[-300:])


def _expect(name: str, got: Callable[[], Any], wanted: Any) -> bool:
    try:
        found = got()
    except Exception as fault:  # the point is to list what fails
        say(f"FAILS  {name}: {str(fault).splitlines()[0][:150]}")
        return False
    if wanted is not None and found != wanted:
        say(f"WRONG  {name}: {found!r}, not {wanted!r}")
        return False
    return True


def know(path: str) -> None:
    """Everything we use, each statement checked through the client."""
    shutil.rmtree(path, ignore_errors=True)
    client = open_store(path)
    say(
        machine(client),
        {
            t: client.command(f"select count() from system.{t}")
            for t in ("functions", "table_engines", "formats")
        },
    )
    client.command("""create table t (id UInt64, at DateTime64(6, 'UTC') codec(DoubleDelta, ZSTD(1)), name LowCardinality(String), cost Nullable(Decimal(38,18)),
        tags Array(LowCardinality(String)), metadata Map(LowCardinality(String), String), said String codec(ZSTD(1)), version UInt64, is_deleted UInt8,
        index by_id id type bloom_filter(0.001) granularity 1, index by_at at type minmax granularity 1,
        index by_value mapValues(metadata) type bloom_filter(0.01) granularity 1, index by_said said type text(tokenizer = 'splitByNonAlpha'))
        engine = ReplacingMergeTree(version, is_deleted) partition by toYYYYMM(at) order by (at, id)""")
    at = datetime(2026, 9, 1, 0, 0, 0, 123456, tzinfo=UTC)
    row = lambda id_, version, cost, gone=0, said="hay": [
        id_,
        at,
        "ab"[id_ % 2],
        cost,
        ["x"],
        {"env": "prod"},
        said,
        version,
        gone,
    ]
    for rows in (
        [row(2, 1, Decimal(9)), row(3, 1, Decimal("1.5"), said="a needle here")],
        [row(2, 2, Decimal(2))],
        [row(5, 1, None)],
        [row(5, 2, None, 1)],
    ):
        client.insert("t", rows, column_names="id at name cost tags metadata said version is_deleted".split())
    good = [
        _expect(
            name,
            lambda: (
                client.query(sql).first_row[0]
                if sql.startswith(("select", "with", "check"))
                else client.command(sql)
            ),
            wanted,
        )
        for name, sql, wanted in KNOWN
    ]
    good += [
        _expect(f"parameter {name}", lambda: client.query(sql, parameters=values).first_row[0], wanted)
        for name, sql, values, wanted in PARAMETERS
    ]
    good.append(
        _expect(
            "DateTime64(6) round trip",
            lambda: client.query("select at from t limit 1").first_row[0].replace(tzinfo=UTC),
            at,
        )
    )
    good.append(_expect("stream of rows", lambda: _streamed(client), 100_000))
    good.append(_expect("max_execution_time", lambda: _stopped(client, max_execution_time=1), True))
    good.append(
        _expect(
            "max_memory_usage",
            lambda: _stopped(
                client, "select uniqExact(number) from numbers(100000000)", max_memory_usage=50_000_000
            ),
            True,
        )
    )
    good.append(_expect("insert_deduplication_token", lambda: _deduplicated(client), 1))
    say(f"{sum(good)} of {len(good)} work, before kill query (on lite 26.5 it never returns)")
    _expect("kill query", lambda: _killed(path), True)


def _streamed(client: Any) -> int:
    with client.query_rows_stream("select number from numbers(100000)") as rows:
        return sum(1 for _ in rows)


def _stopped(
    client: Any,
    query: str = "select sum(sleepEachRow(0.1)) from numbers(100) settings max_block_size = 1",
    **settings: Any,
) -> bool:
    began = time.perf_counter()
    try:
        client.query(query, settings=settings)
    except Exception as fault:
        return time.perf_counter() - began < 5 and (
            "Timeout" in str(fault) or "TIMEOUT" in str(fault) or "MEMORY" in str(fault)
        )
    return False


def _killed(path: str) -> bool:
    one, two = open_store(path), open_store(path)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(
            lambda: one.query("select sum(sleepEachRow(0.1)) from numbers(100) settings max_block_size = 1")
        )
        time.sleep(0.5)
        began = time.perf_counter()
        two.command("kill query where query like '%sleepEachRow%' and query not like '%kill%' sync")
        fault = slow.exception(timeout=15)
        say(f"kill query took {time.perf_counter() - began:.2f} s: {str(fault)[:60]}")
        return fault is not None


def _deduplicated(client: Any) -> int:
    client.command(
        "create or replace table once (n UInt8) engine = MergeTree order by n settings non_replicated_deduplication_window = 100"
    )
    for _ in range(2):
        client.insert("once", [[1]], column_names=["n"], settings={"insert_deduplication_token": "a"})
    return int(client.command("select count() from once"))


def pool(path: str) -> None:
    """Several clients of one path in one process: what waits for what."""
    began = time.perf_counter()
    clients = [open_store(path) for _ in range(16)]
    say(
        f"16 clients in {time.perf_counter() - began:.2f} s, {threading.active_count()} Python threads, {len(os.listdir('/proc/self/task'))} threads"
    )
    slow = "select sum(sleepEachRow(0.05)) from numbers(20) settings max_block_size = 1"
    for name, quick in (("another client", clients[1]), ("the same client", clients[0])):
        with ThreadPoolExecutor(1) as pool_:
            running = pool_.submit(lambda: clients[0].query(slow))
            time.sleep(0.2)
            began = time.perf_counter()
            quick.query("select 1")
            say(
                f"select 1 on {name} while a query of 1 s runs: {(time.perf_counter() - began) * 1000:.0f} ms"
            )
            running.result()
    busy = "select sum(cityHash64(number)) from numbers(30000000)"
    began = time.perf_counter()
    clients[0].query(busy)
    one = time.perf_counter() - began
    began = time.perf_counter()
    with ThreadPoolExecutor(4) as pool_:
        list(pool_.map(lambda c: c.query(busy), clients[:4]))
    say(f"one CPU-bound query {one:.2f} s; four at once, four clients {time.perf_counter() - began:.2f} s")
    for text, options in (
        ("another path", {"path": path + "-other"}),
        ("the same path, other options", {"path": path, "mark_cache_size": 1 << 20}),
    ):
        try:
            other = open_store(**options)
            found = other.query(
                "select value from system.server_settings where name = 'mark_cache_size'"
            ).first_row
            say(f"{text}, while open: accepted; mark_cache_size {found[0]}")
        except Exception as fault:
            say(f"{text}, while open: {str(fault)[:200]}")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import clickhouse_connect\ntry: clickhouse_connect.get_client(dsn='chdb://{path}')\nexcept Exception as e: print(str(e)[:200])",
        ],
        capture_output=True,
        text=True,
    )
    say("a second process:", done.stdout.strip(), done.stderr[-200:])
    for client in clients:
        client.close()
    began = time.perf_counter()
    open_store(path).query("select 1")
    say(f"reopened after all were closed: {time.perf_counter() - began:.2f} s")


BOUNDS = {
    "max_server_memory_usage": 3 << 30, "mark_cache_size": 128 << 20, "primary_index_cache_size": 128 << 20, "index_mark_cache_size": 64 << 20,
    "uncompressed_cache_size": 0, "index_uncompressed_cache_size": 0, "text_index_tokens_cache_size": 32 << 20, "text_index_header_cache_size": 32 << 20,
    "text_index_postings_cache_size": 64 << 20, "vector_similarity_index_cache_size": 1 << 20, "query_condition_cache_size": 16 << 20,
    "compiled_expression_cache_size": 16 << 20, "parquet_metadata_cache_size": 1 << 20, "iceberg_metadata_files_cache_size": 1 << 20,
    "max_thread_pool_size": 500, "max_thread_pool_free_size": 16, "background_pool_size": 2, "background_merges_mutations_concurrency_ratio": 2,
    "background_schedule_pool_size": 4, "background_common_pool_size": 2, "background_move_pool_size": 1, "background_fetches_pool_size": 1,
    "max_io_thread_pool_size": 16, "max_parts_cleaning_thread_pool_size": 4, "max_active_parts_loading_thread_pool_size": 4, "max_outdated_parts_loading_thread_pool_size": 4,
    "max_unexpected_parts_loading_thread_pool_size": 2, "tables_loader_foreground_pool_size": 2, "tables_loader_background_pool_size": 2,
    "load_marks_threadpool_pool_size": 4, "threadpool_local_fs_reader_pool_size": 4, "prefetch_threadpool_pool_size": 4, "threadpool_writer_pool_size": 4,
    "jemalloc_enable_background_threads": 1, "no_such_option": 1,
}  # fmt: skip


def bound(path: str) -> None:
    """Which options of the engine are taken, read back from system.server_settings."""
    code = f"""
import sys, os; sys.path.insert(0, {str(Path(__file__).parent)!r})
from shape import open_store
from editions import BOUNDS
client = open_store({path!r}, **BOUNDS)
found = dict(client.query('select name, value from system.server_settings').result_rows)
for name, value in BOUNDS.items():
    print('taken  ' if found.get(name) == str(value) else f'IGNORED ({{found.get(name)}})', name, value)
try: print(client.query('select uniqExact(number) from numbers(300000000)').first_row)
except Exception as fault: print('over the limit:', str(fault)[:220])
print(client.command('select 1'), len(os.listdir('/proc/self/task')), 'threads')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    say("\n" + done.stdout, done.stderr[-500:])


def speed(path: str) -> None:
    """The same rows in, the same questions out, a million facts."""
    shutil.rmtree(path, ignore_errors=True)
    client = open_store(path)
    say(machine(client))
    client.command(facts_ddl("runs"))
    client.command(PAYLOADS_DDL)
    chance = random.Random(1)
    made = [facts(1_000, chance, datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=n)) for n in range(100)]
    said = [payloads(made[n], chance) for n in range(30)]
    for table, batches in (("runs", made), ("payloads", said)):
        began, cpu = time.perf_counter(), time.process_time()
        for batch in batches:
            insert(client, table, batch)
        say(
            f"{table}: {len(batches) * 1000 / (time.perf_counter() - began):.0f} runs/s, {(time.process_time() - cpu) / len(batches) * 1000:.0f} us CPU a run"
        )
    began = time.perf_counter()
    for turn in range(1, 10):
        chosen = ", ".join(
            {
                "id": "generateUUIDv4()",
                "key_time": f"key_time + toIntervalMinute({turn * 6})",
                "started_at": f"started_at + toIntervalMinute({turn * 6})",
            }.get(n, n)
            for n in NAMES
        )
        client.command(f"insert into runs select {chosen} from runs limit 100000")
    say(f"900 000 rows by insert … select: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    client.command("optimize table runs final")
    say(f"compacted in {time.perf_counter() - began:.1f} s")
    for name, query in {
        "select 1": "select 1",
        "cost by model": "select model, sum(cost), sum(uncached_input), count() from runs final where counted group by model",
        "latest 50": f"select {', '.join(NAMES)} from runs final order by key_time desc limit 50",
        "by metadata key": "select metadata['revision'] as r, count() from runs final group by r",
        "exact percentiles by model": "select model, quantilesExact(0.5, 0.95, 0.99)(dateDiff('ms', started_at, ended_at)) from runs final group by model",
        "distinct users": "select uniqExact(user_id) from runs final",
        "needle without index": "select count() from payloads where inputs like '%zyzzyva%'",
    }.items():
        say(
            f"{name}: {timed(lambda: len(client.query(query, settings={'use_query_condition_cache': 0}).result_rows), 7)}"
        )


STEPS = {"weigh": weigh, "know": know, "pool": pool, "bound": bound, "speed": speed}


def main() -> None:
    """Runs the steps asked for, in order."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path")
    parser.add_argument("steps", nargs="+", choices=list(STEPS))
    asked = parser.parse_args()
    for step in asked.steps:
        STEPS[step](f"{asked.path}-{step}")


if __name__ == "__main__":
    main()
