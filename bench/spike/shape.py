"""The shape of the spike's tables and rows, shared by `merge`, `editions` and `soak`.

Facts have 49 columns, payloads one row per run and piece. Rows come two ways: made in the
engine (`FACTS_IN_ENGINE`, millions in seconds) or in Python (`facts`, `payloads`), as the server will.
"""

import os
import platform
import random
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import clickhouse_connect

WORKSPACE = uuid.UUID(int=1)
FIRST = datetime(2026, 7, 1, tzinfo=UTC)  # four monthly partitions: July to October
SPAN = timedelta(days=123)

# name, type, what the engine generates from n (the run's number) and t (its time)
COLUMNS: list[tuple[str, str, str]] = [
    ("workspace", "UUID", "w"),
    ("key_time", "DateTime64(6,'UTC') codec(DoubleDelta, ZSTD(1))", "t"),
    ("id", "UUID", "i"),
    ("trace_id", "UUID", "reinterpretAsUUID(MD5(toString(intDiv(n, 8))))"),
    ("parent_id", "UUID", "reinterpretAsUUID(MD5(concat('run', toString(n - 1))))"),
    ("project", "LowCardinality(String)", "concat('project-', toString(n % 13))"),
    ("name", "LowCardinality(String)", "concat('step-', toString(n % 50))"),
    ("kind", "LowCardinality(String)", "n % 3 = 0 ? 'llm' : 'chain'"),
    ("status", "LowCardinality(String)", "n % 50 = 0 ? 'error' : 'success'"),
    ("error", "String codec(ZSTD(1))", "n % 50 = 0 ? 'RateLimitError: try again in 3 s' : ''"),
    ("started_at", "DateTime64(6,'UTC') codec(DoubleDelta, ZSTD(1))", "t"),
    ("ended_at", "Nullable(DateTime64(6,'UTC'))", "t + toIntervalMillisecond(h % 9000)"),
    ("first_token_at", "Nullable(DateTime64(6,'UTC'))", "t + toIntervalMillisecond(h % 900)"),
    ("model", "LowCardinality(String)", "concat('model-', toString(h % 11))"),
    ("model_asked", "LowCardinality(String)", "concat('model-', toString(h % 11))"),
    ("provider", "LowCardinality(String)", "concat('provider-', toString(h % 11 % 4))"),
    ("parameters", "String codec(ZSTD(1))", '\'{"temperature":0.2,"max_tokens":1024}\''),
    ("user_id", "String codec(ZSTD(1))", "concat('user-', toString(h % 20000))"),
    ("session_id", "String codec(ZSTD(1))", "concat('session-', toString(intDiv(n, 24)))"),
    ("tags", "Array(LowCardinality(String))", "['prod', concat('team-', toString(n % 7))]"),
    (
        "metadata",
        "Map(LowCardinality(String), String)",
        "map('env', 'prod', 'revision', concat('r', toString(intDiv(n, 500000))),"
        " 'request', toString(h % 100000))",
    ),
    ("uncached_input", "Nullable(UInt64)", "h % 4000"),
    ("cache_read", "Nullable(UInt64)", "h % 3 = 0 ? h % 2000 : null"),
    ("cache_write_5m", "Nullable(UInt64)", "h % 7 = 0 ? h % 1000 : null"),
    ("cache_write_1h", "Nullable(UInt64)", "null"),
    ("audio_input", "Nullable(UInt64)", "null"),
    ("image_input", "Nullable(UInt64)", "null"),
    ("text_output", "Nullable(UInt64)", "h % 800"),
    ("reasoning", "Nullable(UInt64)", "h % 5 = 0 ? h % 3000 : null"),
    ("audio_output", "Nullable(UInt64)", "null"),
    ("image_output", "Nullable(UInt64)", "null"),
    ("usage_source", "LowCardinality(String)", "'reported'"),
    ("usage_convention", "LowCardinality(String)", "'openai'"),
    ("input_cost", "Nullable(Decimal(38,18))", "toDecimal64(h % 4000, 0) * toDecimal64('0.0000025', 7)"),
    ("output_cost", "Nullable(Decimal(38,18))", "toDecimal64(h % 800, 0) * toDecimal64('0.00001', 7)"),
    (
        "cost",
        "Nullable(Decimal(38,18))",
        "h % 20 = 0 ? null : toDecimal64(h % 4000, 0) * toDecimal64('0.0000025', 7)",
    ),
    ("reported_cost", "Nullable(Decimal(38,18))", "null"),
    ("price", "LowCardinality(String)", "'book:2026-07-01'"),
    ("counted", "Bool", "n % 3 = 0"),
    ("call_site", "UInt64", "cityHash64(n % 300)"),
    ("prompt_digest", "UInt64", "h"),
    ("response_digest", "UInt64", "cityHash64(h)"),
    ("system_size", "UInt32", "h % 2000"),
    ("tools_size", "UInt32", "h % 1000"),
    ("history_size", "UInt32", "h % 9000"),
    ("user_size", "UInt32", "h % 500"),
    ("preview", "String codec(ZSTD(1))", "concat('Summarise the order ', toString(h % 1000000))"),
    ("version", "UInt64", "1"),
    ("is_deleted", "UInt8", "0"),
]
NAMES = [name for name, _, _ in COLUMNS]
INDEXES = """
    index by_id id type bloom_filter(0.001) granularity 1,
    index by_trace trace_id type bloom_filter(0.001) granularity 1,
    index by_start started_at type minmax granularity 1"""


def facts_ddl(
    table: str,
    engine: str = "ReplacingMergeTree(version, is_deleted)",
    *,
    columns: list[tuple[str, str, str]] = COLUMNS,
    indexes: str = INDEXES,
    settings: str = "",
) -> str:
    """The statement that creates a table of facts."""
    body = ",\n    ".join(f"{name} {type_}" for name, type_, _ in columns)
    return (
        f"create table {table} (\n    {body},{indexes}\n) engine = {engine}\n"
        "partition by toYYYYMM(key_time) order by (workspace, key_time, id)"
        + (f" settings {settings}" if settings else "")
    )


PAYLOADS_DDL = """create table payloads (
    workspace UUID, key_time DateTime64(6,'UTC') codec(DoubleDelta, ZSTD(1)), id UUID,
    piece LowCardinality(String), inputs String codec(ZSTD(1)), outputs String codec(ZSTD(1)),
    events String codec(ZSTD(1)), extra String codec(ZSTD(1)), serialized String codec(ZSTD(1)),
    version UInt64
) engine = ReplacingMergeTree(version)
partition by toYYYYMM(key_time) order by (workspace, key_time, id, piece)"""


def facts_in_engine(first: int, count: int, total: int, where: str = "1", **changed: str) -> str:
    """A select of `count` runs from number `first`, spread evenly over SPAN as if there were `total`.

    `changed` replaces what a column is generated from: `version="2"`.
    """
    step = int(SPAN.total_seconds() * 1e6) // total
    chosen = ", ".join(f"{changed.get(name, made)} as c_{name}" for name, _, made in COLUMNS)
    return f"""select {chosen} from (
        select number as n, sipHash64(n) as h, toUUID('{WORKSPACE}') as w,
            reinterpretAsUUID(MD5(concat('run', toString(n)))) as i,
            fromUnixTimestamp64Micro(toInt64({int(FIRST.timestamp() * 1e6)} + n * {step}), 'UTC') as t
        from numbers({first}, {count}) where {where})"""


_VOCABULARY = [f"{a}{b}" for a in ("ter", "mon", "sal", "vid", "que") for b in range(2000)]
_RUNTIME = (
    '"runtime":{"sdk":"langsmith-py","sdk_version":"0.4.31","library":"langchain-core",'
    '"platform":"Linux-6.1-x86_64-with-glibc2.36","runtime":"python","py_implementation":"CPython",'
    '"runtime_version":"3.11.9","langchain_version":"0.3.27","packages":{'
    + ",".join(f'"package-{n}":"{n}.{n % 7}.1"' for n in range(17))
    + '}},"metadata":{"ls_provider":"openai","ls_model_type":"chat","ls_temperature":0.2}'
)


def _words(chance: random.Random, size: int) -> str:
    return " ".join(chance.choices(_VOCABULARY, k=size // 7))


def facts(count: int, chance: random.Random, now: datetime) -> dict[str, list[Any]]:
    """`count` new runs, by column."""
    runs: dict[str, list[Any]] = {name: [] for name in NAMES}
    for number in range(count):
        at = now + timedelta(microseconds=number)
        read = chance.randrange(4000)
        made: dict[str, Any] = {
            "workspace": WORKSPACE, "key_time": at, "id": uuid.UUID(int=chance.getrandbits(128)),
            "trace_id": uuid.UUID(int=chance.getrandbits(128)), "parent_id": uuid.UUID(int=0),
            "project": f"project-{number % 13}", "name": f"step-{number % 50}", "kind": "llm",
            "status": "success", "error": "", "started_at": at,
            "ended_at": at + timedelta(seconds=2), "first_token_at": at + timedelta(seconds=1),
            "model": f"model-{read % 11}", "model_asked": f"model-{read % 11}",
            "provider": f"provider-{read % 4}", "parameters": '{"temperature":0.2}',
            "user_id": f"user-{read}", "session_id": f"session-{read}", "tags": ["prod", "team-1"],
            "metadata": {"env": "prod", "revision": "r7", "request": str(read)},
            "uncached_input": read, "text_output": read // 5, "usage_source": "reported",
            "usage_convention": "openai", "input_cost": Decimal(read) * Decimal("0.0000025"),
            "output_cost": Decimal(read // 5) * Decimal("0.00001"),
            "cost": Decimal(read) * Decimal("0.0000025"), "price": "book:2026-07-01",
            "counted": True, "call_site": 7, "prompt_digest": chance.getrandbits(64),
            "response_digest": chance.getrandbits(64), "system_size": read, "tools_size": 0,
            "history_size": 0, "user_size": 12, "preview": f"Summarise the order {read}",
            "version": 1, "is_deleted": 0,
        }  # fmt: skip
        for name in NAMES:
            runs[name].append(made.get(name))
    return runs


PAYLOAD_NAMES = "workspace key_time id piece inputs outputs events extra serialized version".split()


def payloads(runs: dict[str, list[Any]], chance: random.Random) -> dict[str, list[Any]]:
    """What those runs said, some 3 kB each, one row per run and piece: post, then patch."""
    rows: list[tuple[Any, ...]] = []
    for at, id_ in zip(runs["key_time"], runs["id"], strict=True):
        key = (WORKSPACE, at, id_)
        extra = f'{{{_RUNTIME},"invocation":{chance.randrange(10**6)}}}'
        inputs = f'{{"messages":[{{"role":"user","content":"{_words(chance, 1400)}"}}]}}'
        outputs = f'{{"generations":[{{"text":"{_words(chance, 700)}"}}]}}'
        events = '[{"name":"start"},{"name":"end"}]'
        rows.append((*key, "post", inputs, "", "", extra, '{"lc":1,"type":"constructor"}', 1))
        rows.append((*key, "patch", "", outputs, events, "", "", 2))
    return dict(zip(PAYLOAD_NAMES, map(list, zip(*rows, strict=True)), strict=True))


def insert(client: Any, table: str, columns: dict[str, list[Any]], **settings: Any) -> None:
    """Inserts `columns` as they are, by column."""
    client.insert(
        table, list(columns.values()), column_names=list(columns),
        column_oriented=True, settings=settings or None,
    )  # fmt: skip


def open_store(path: str, **options: Any) -> Any:
    """A client of the engine at `path`."""
    return clickhouse_connect.get_client(dsn=f"chdb://{path}", chdb_options=options or None)


@dataclass(frozen=True, slots=True)
class Took:
    """What a question took, in ms: medians, the first run left out. On shared cores only the CPU compares."""

    wall: float
    worst: float
    cpu: float
    rows: int

    def __str__(self) -> str:
        return f"{self.cpu:.0f} ms CPU, {self.wall:.0f} ms (worst {self.worst:.0f}), {self.rows} rows"


def timed(ask: Callable[[], int], repeat: int = 5) -> Took:
    """Asks once, then `repeat` times. The CPU is the whole process's: let merges end first."""
    rows, wall, cpu = ask(), [], []
    for _ in range(repeat):
        before, busy = time.perf_counter(), time.process_time()
        ask()
        wall.append((time.perf_counter() - before) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    return Took(statistics.median(wall), max(wall), statistics.median(cpu), rows)


def say(*words: Any) -> None:
    """Prints at once, the load average in front: the cores are shared."""
    print(f"[load {os.getloadavg()[0]:4.1f}]", *words, flush=True)


def machine(client: Any) -> str:
    """Engine, cores, memory, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return (
        f"engine {client.command('select version()')}, Python {platform.python_version()},"
        f" {os.cpu_count()} cores, {memory} GiB"
    )
