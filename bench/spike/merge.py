"""How the pieces of a run merge: whole rows that replace, or pieces that fold. For decisions/0001.

    python bench/spike/merge.py /tmp/spike --rows 10000000 load ask look write undated
    python bench/spike/merge.py /tmp/spike-fold --rows 10000000 fold
    python bench/spike/merge.py /tmp/spike-small pieces kill payloads text
    TABLE_SETTINGS='index_granularity = 1024' python bench/spike/merge.py /tmp/spike-fine load ask look

Each step prints its figures with the load average in front. `load` and `fold` make the tables that others ask.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shape import (
    COLUMNS,
    FIRST,
    NAMES,
    PAYLOADS_DDL,
    SPAN,
    WORKSPACE,
    Took,
    facts,
    facts_ddl,
    facts_in_engine,
    insert,
    machine,
    open_store,
    payloads,
    say,
    timed,
)  # fmt: skip

FINAL = {"do_not_merge_across_partitions_select_final": 1}
SINCE = "toDateTime64('2026-09-15 00:00:00', 6, 'UTC')"
UNTIL = "toDateTime64('2026-09-22 00:00:00', 6, 'UTC')"
DATED = f"key_time >= {SINCE} and key_time < {UNTIL}"
MINE = f"workspace = '{WORKSPACE}'"


def dashboard(table: str = "runs final", when: str = DATED) -> str:
    """Cost and tokens by model over seven days."""
    return f"""select model, sum(cost), countIf(cost is null), sum(uncached_input), sum(text_output), count()
        from {table} where {MINE} and counted and {when} group by model"""


def latest(table: str = "runs final") -> str:
    """The fifty latest runs of a project."""
    return f"""select id, name, started_at, ended_at, model, cost, tags, metadata, preview from {table}
        where {MINE} and project = 'project-3' and {DATED} order by key_time desc limit 50"""


def trace(window: bool, table: str = "runs final") -> str:
    """The eight runs of one trace, with or without an hour's window on the key's time."""
    middle = "reinterpretAsUUID(MD5(toString(intDiv({n}, 8))))"
    hour = "and key_time >= {a} and key_time < {b}" if window else ""
    return f"select {', '.join(NAMES)} from {table} where {MINE} and trace_id = {middle} {hour}"


def asked_of(client: Any, query: str, repeat: int = 5, **settings: Any) -> Took:
    """What `query` takes."""
    settings = {
        "use_query_condition_cache": 0,
        **settings,
    }  # else a repeated question is answered from memory
    return timed(lambda: len(client.query(query, settings=settings).result_rows), repeat)


def parts(client: Any, table: str) -> str:
    """How many parts, rows and bytes `table` has."""
    row = client.query(
        "select count(), sum(rows), sum(bytes_on_disk) from system.parts where active and table = %(t)s",
        parameters={"t": table},
    ).first_row
    return f"{row[0]} parts, {row[1]} rows, {row[2] / 2**20:.0f} MiB ({row[2] / max(1, row[1]):.0f} B a row)"


def questions(client: Any, rows: int, label: str, table: str = "runs") -> None:
    """Prints what the questions take as the table stands."""
    number = rows * 60 // 123
    at = FIRST + number * (SPAN / rows)
    a, b = (
        f"toDateTime64('{(at + d):%Y-%m-%d %H:%M:%S}', 6, 'UTC')"
        for d in (-timedelta(minutes=30), timedelta(minutes=30))
    )
    final = f"{table} final"
    for name, query, settings in [
        ("dashboard 7 d, FINAL", dashboard(final), {}),
        ("dashboard 7 d, FINAL within partitions", dashboard(final), FINAL),
        ("dashboard 7 d, no FINAL", dashboard(table), {}),
        ("latest 50, FINAL within partitions", latest(final), FINAL),
        ("trace by id, FINAL", trace(False, final), FINAL),
        ("trace by id, FINAL, inexact skip", trace(False, final), {**FINAL, "use_skip_indexes_if_final_exact_mode": 0}),
        ("trace by id in an hour, FINAL", trace(True, final), FINAL),
        ("trace by id in an hour, inexact skip", trace(True, final), {**FINAL, "use_skip_indexes_if_final_exact_mode": 0}),
    ]:  # fmt: skip
        query = query.replace("{n}", str(number)).replace("{a}", a).replace("{b}", b)
        say(f"{label}: {name}: {asked_of(client, query, **settings)}")


def compact(client: Any, table: str) -> None:
    """Compacts each partition by itself and says how long it took."""
    for (partition,) in client.query(
        f"select distinct partition_id from system.parts where active and table = '{table}' order by 1"
    ).result_rows:
        before = time.perf_counter()
        client.command(f"optimize table {table} partition id '{partition}' final")
        say(f"compacted {partition} in {time.perf_counter() - before:.1f} s")
    say(table, parts(client, table))


def load(client: Any, rows: int, path: str) -> None:
    """A: ten million whole rows, then compacted."""
    client.command("drop table if exists runs")
    client.command(facts_ddl("runs", settings=os.environ.get("TABLE_SETTINGS", "")))
    before = time.perf_counter()
    for first in range(0, rows, 500_000):
        client.command(f"insert into runs {facts_in_engine(first, min(500_000, rows - first), rows)}")
    took = time.perf_counter() - before
    say(f"made {rows} rows in the engine in {took:.0f} s;", parts(client, "runs"))
    compact(client, "runs")


def ask(client: Any, rows: int, path: str) -> None:
    """A: the questions on compacted rows, with 1 % and 10 % unmerged duplicates, and compacted again."""
    questions(client, rows, "compacted")
    client.command("system stop merges runs")
    for percent, slices in ((1, 10), (9, 20)):
        share = "= 0" if percent == 1 else "between 1 and 9"
        step = rows // slices
        for first in range(0, rows, step):  # re-dated too: a minute later, in the same partition
            client.command(
                "insert into runs "
                + facts_in_engine(
                    first, step, rows, f"cityHash64(number) % 100 {share}",
                    version="2", started_at="t + toIntervalMinute(1)",
                )
            )  # fmt: skip
        say(f"{percent} % more duplicates, unmerged:", parts(client, "runs"))
        questions(client, rows, "1 % unmerged" if percent == 1 else "10 % unmerged")
    client.command("system start merges runs")
    compact(client, "runs")
    questions(client, rows, "compacted again")
    twice = client.query("select count(), uniqExact(id) from runs final").first_row
    say("rows, distinct ids under FINAL:", *twice)


def _keys(client: Any, rows: int, count: int, spread: int) -> list[tuple[datetime, uuid.UUID]]:
    """`count` keys taken evenly out of the last `spread` runs."""
    stride = max(1, spread // count)
    found = client.query(
        f"select c_key_time, c_id from ({facts_in_engine(rows - spread, spread, rows, f'number % {stride} = 0')}) limit {count}"
    ).result_rows
    return [(at.replace(tzinfo=UTC), id_) for at, id_ in found]


def _look_up(client: Any, keys: list[tuple[datetime, uuid.UUID]], by: str, **settings: Any) -> int:
    """How many whole rows are found for `keys`."""
    times = [f"{at:%Y-%m-%d %H:%M:%S.%f}" for at, _ in keys]
    where = {
        "key": "key_time in {times:Array(DateTime64(6, 'UTC'))} and id in {ids:Array(UUID)}",
        "pair": "(key_time, id) in {pairs:Array(Tuple(DateTime64(6, 'UTC'), UUID))}",
        "window": "key_time between {low:DateTime64(6, 'UTC')} and {high:DateTime64(6, 'UTC')} and id in {ids:Array(UUID)}",
        "id": "id in {ids:Array(UUID)}",
    }[by]
    parameters = {"times": times, "ids": [id_ for _, id_ in keys], "pairs": [(at, str(id_)) for at, (_, id_) in zip(times, keys, strict=True)],
                  "low": min(times), "high": max(times)}  # fmt: skip
    used = {name: value for name, value in parameters.items() if f"{{{name}:" in where}
    return len(
        client.query(
            f"select {', '.join(NAMES)} from runs where {MINE} and {where} order by version desc limit 1 by id",
            parameters=used, settings={"use_query_condition_cache": 0, **settings},
        ).result_rows
    )  # fmt: skip


def look(client: Any, rows: int, path: str) -> None:
    """A: a thousand missing ids, looked up by exact key, by id in a window, by id alone."""
    for spread, meaning in (
        (1_000, "the last 1 000"),
        (100_000, "the last 30 hours"),
        (rows, "all four months"),
    ):
        spread = min(spread, rows)
        keys = _keys(client, rows, 1_000, spread)
        strangers = [(at, uuid.uuid4()) for at, _ in keys]
        for by in ("key", "pair", "window", "id"):
            for name, wanted in (("known", keys), ("unknown", strangers)):
                say(f"1 000 {name} of {meaning} by {by}: {timed(lambda: _look_up(client, wanted, by), 3)}")


def _rate(
    client_of: Callable[[], Any], table: str, batches: int, size: int, threads: int, before_each: Any = None
) -> None:
    chance = random.Random(1)
    made = [
        facts(size, chance, datetime(2026, 10, 31, tzinfo=UTC) + timedelta(seconds=n)) for n in range(batches)
    ]
    if table == "folded":
        for batch in made:
            del batch["is_deleted"]
    clients = [client_of() for _ in range(threads)]

    def write(number: int) -> float:
        began = time.perf_counter()
        client = clients[number % threads]
        if before_each:
            before_each(client)
        insert(client, table, made[number])
        return time.perf_counter() - began

    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        took = sorted(pool.map(write, range(batches)))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    say(
        f"{table}: {size} a batch, {threads} threads{', looked up first' if before_each else ''}: {batches * size / wall:.0f} rows/s, "
        f"{cpu / batches / size * 1e6:.0f} us CPU a row, median {took[batches // 2] * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms"
    )  # fmt: skip


def write(client: Any, rows: int, path: str) -> None:
    """A: rows a second by client.insert, with and without a look-up of 1 000 keys before each batch."""
    keys = _keys(client, rows, 1_000, min(rows, 10_000))
    for size, batches in ((1_000, 60), (100, 100)):
        for threads in (1, 2):
            _rate(lambda: open_store(path), "runs", batches, size, threads)
    _rate(lambda: open_store(path), "runs", 30, 1_000, 1, lambda c: _look_up(c, keys, "key"))
    _rate(lambda: open_store(path), "runs", 30, 1_000, 2, lambda c: _look_up(c, keys, "key"))


# ------ B: pieces that fold

POST_ONLY = "name kind project trace_id parent_id started_at model_asked parameters user_id session_id tags metadata preview call_site prompt_digest system_size tools_size history_size user_size".split()  # fmt: skip
KEY = ("workspace", "key_time", "id", "version")


def _nullable(type_: str) -> str:
    bare, _, codec = type_.partition(" codec")
    if bare.startswith(("Nullable", "Array", "Map")):
        return type_
    bare = (
        f"LowCardinality(Nullable({bare[15:-1]}))"
        if bare.startswith("LowCardinality")
        else f"Nullable({bare})"
    )
    return bare + (f" codec{codec}" if codec else "")


def fold(client: Any, rows: int, path: str) -> None:
    """B: two pieces a run, folded by CoalescingMergeTree, and at read out of a MergeTree of pieces."""
    columns = [(n, t if n in KEY else _nullable(t), made) for n, t, made in COLUMNS if n != "is_deleted"]
    empty = {"tags": "[]", "metadata": "map()"}
    post = {n: empty.get(n, "null") for n, _, _ in columns if n not in POST_ONLY and n not in KEY}
    patch = {n: empty.get(n, "null") for n in POST_ONLY}
    chosen = ", ".join(f"c_{n}" for n, _, _ in columns)
    for table, engine in (("folded", "CoalescingMergeTree"), ("pieces", "MergeTree")):
        client.command(f"drop table if exists {table}")
        client.command(facts_ddl(table, engine, columns=columns))
        before = time.perf_counter()
        for first in range(0, rows, 500_000):
            for changed in (post, {**patch, "version": "2"}):
                made = facts_in_engine(first, min(500_000, rows - first), rows, **changed)
                client.command(f"insert into {table} select {chosen} from ({made})")
        say(f"{engine}: 2 × {rows} pieces in {time.perf_counter() - before:.0f} s;", parts(client, table))
    client.command("system stop merges folded")
    read_fold = f"""(select workspace, key_time, id, anyLast(model) as model, anyLast(cost) as cost, anyLast(counted) as counted,
            anyLast(uncached_input) as uncached_input, anyLast(text_output) as text_output
        from pieces where {MINE} and {DATED} group by workspace, key_time, id)"""
    latest_fold = latest("(select workspace, key_time, id, anyLast(project) as project, anyLast(name) as name, anyLast(started_at) as started_at,"
        " anyLast(ended_at) as ended_at, anyLast(model) as model, anyLast(cost) as cost, argMaxIf(tags, version, notEmpty(tags)) as tags,"
        " argMaxIf(metadata, version, notEmpty(metadata)) as metadata, anyLast(preview) as preview"
        f" from pieces where {MINE} and {DATED} group by workspace, key_time, id)")  # fmt: skip
    for name, query, settings in [
        (
            "Coalescing, as merged so far: dashboard 7 d, FINAL within partitions",
            dashboard("folded final"),
            FINAL,
        ),
        ("Coalescing, as merged so far: latest 50", latest("folded final"), FINAL),
        ("MergeTree of pieces: dashboard 7 d, folded at read", dashboard(read_fold), {}),
        ("MergeTree of pieces: latest 50, folded at read", latest_fold, {}),
    ]:
        say(f"{name}: {asked_of(client, query, **settings)}")
    client.command("system start merges folded")
    compact(client, "folded")
    for name, query, settings in [
        ("Coalescing, compacted: dashboard 7 d, FINAL within partitions", dashboard("folded final"), FINAL),
        ("Coalescing, compacted: latest 50", latest("folded final"), FINAL),
    ]:
        say(f"{name}: {asked_of(client, query, **settings)}")
    _rate(lambda: open_store(path), "folded", 40, 1_000, 1)


def undated(client: Any, rows: int, path: str) -> None:
    """A: the price of 2 % and then 20 % of the runs under one constant time."""
    never = "toDateTime64(0, 6, 'UTC')"
    both = f"({DATED} or key_time = {never}) and started_at >= {SINCE} and started_at < {UNTIL}"
    started = f"started_at >= {SINCE} and started_at < {UNTIL}"
    apart = dashboard(
        f"(select * from runs final where {MINE} and {DATED} and {started} union all select * from runs final where {MINE} and key_time = {never} and {started})",
        "1",
    )
    say("before:", asked_of(client, dashboard(), **FINAL))
    say(
        "before, but filtered on started_at too:",
        asked_of(client, dashboard(when=DATED + " and " + started), **FINAL),
    )
    for percent, share in ((2, "< 2"), (20, "between 2 and 19")):
        for first in range(0, rows, rows // 4):
            client.command(
                "insert into runs "
                + facts_in_engine(
                    first, rows // 4, rows, f"cityHash64(number, 7) % 100 {share}",
                    key_time=never, id="reinterpretAsUUID(MD5(concat('undated', toString(n))))",
                )
            )  # fmt: skip
        for state in ("unmerged", "compacted"):
            if state == "compacted":
                client.command("optimize table runs partition id '197001' final")
            for name, query in (("or", dashboard(when=both)), ("union all", apart)):
                say(f"{percent} % undated, {state}, {name}: {asked_of(client, query, **FINAL)}")
    client.command("alter table runs drop partition id '197001'")


def ids(client: Any, rows: int, path: str) -> None:
    """The other home of the undated: a narrow table from id to key_time, asked by its own key."""
    for granularity in (8192, 256):
        client.command("create or replace table ids (workspace UUID, id UUID, key_time DateTime64(6,'UTC')) engine = ReplacingMergeTree"
            f" order by (workspace, id) settings index_granularity = {granularity}")  # fmt: skip
        for first in range(0, rows, 2_000_000):
            made = facts_in_engine(first, min(2_000_000, rows - first), rows)
            client.command(f"insert into ids select c_workspace, c_id, c_key_time from ({made})")
        for state in ("as inserted", "compacted"):
            if state == "compacted":
                client.command("optimize table ids final")
            keys = [id_ for _, id_ in _keys(client, rows, 1_000, rows)]
            for name, wanted in (("known", keys), ("unknown", [uuid.uuid4() for _ in keys])):
                query = f"select id, min(key_time) from ids where {MINE} and id in {{ids:Array(UUID)}} group by id"
                took = timed(
                    lambda: len(
                        client.query(
                            query, parameters={"ids": wanted}, settings={"use_query_condition_cache": 0}
                        ).result_rows
                    )
                )
                say(f"ids, granules of {granularity}, {state}: 1 000 {name}: {took};", parts(client, "ids"))
    client.command("drop table ids")


# ------ right or wrong


def pieces(client: Any, rows: int, path: str) -> None:
    """Late, repeated, re-dated, first patched: what each way makes of every order of four pieces."""
    columns = """workspace UUID, key_time DateTime64(6,'UTC'), id UUID, started_at Nullable(DateTime64(6,'UTC')),
        model Nullable(String), tokens Nullable(UInt64), tags Array(String), piece Enum8('post' = 0, 'patch' = 1), version UInt64"""
    order = "partition by toYYYYMM(key_time) order by (workspace, key_time, id)"
    client.command(
        f"create or replace table whole ({columns}, is_deleted UInt8) engine = ReplacingMergeTree(version, is_deleted) {order}"
    )
    client.command(f"create or replace table coalesced ({columns}) engine = CoalescingMergeTree {order}")
    client.command(f"create or replace table loose ({columns}) engine = MergeTree {order}")
    for table in ("whole", "coalesced", "loose"):
        client.command(f"system stop merges {table}")
    at = datetime(2026, 9, 1, 12, tzinfo=UTC)
    post = {"started_at": at, "model": "m", "tags": ["prod"]}
    patch = {"tokens": 40, "started_at": at + timedelta(hours=1)}  # re-dated: the patch's word holds
    orders = sorted(set(itertools.permutations(["post", "patch", "post", "patch"])))
    version = itertools.count(1)
    expected = (at + timedelta(hours=1), "m", 40, ["prod"])
    for number, order_ in enumerate(orders):
        key = {"workspace": WORKSPACE, "key_time": at, "id": uuid.UUID(int=number + 1)}
        row: dict[str, Any] = {}
        for kind in order_:
            piece = post if kind == "post" else patch
            # the rule of the server: a patch's word holds, a post fills what is missing
            row = {**row, **piece} if kind == "patch" else {**piece, **row}
            shared = {"started_at": None, "model": None, "tokens": None, "tags": []}
            whole = {**shared, **row, **key, "piece": kind, "version": next(version), "is_deleted": 0}
            insert(client, "whole", {name: [value] for name, value in whole.items()})
            part = {**shared, **piece, **key, "piece": kind, "version": next(version)}
            for table in ("coalesced", "loose"):
                insert(client, table, {name: [value] for name, value in part.items()})
    ways = {
        "whole rows, FINAL": "select started_at, model, tokens, tags from whole final order by id",
        "coalesced, FINAL": "select started_at, model, tokens, tags from coalesced final order by id",
        "loose, folded at read by arrival": "select anyLast(started_at), anyLast(model), anyLast(tokens), anyLast(tags) from (select * from loose order by version) group by id order by id",
        "loose, folded at read by version": """select argMaxIf(started_at, version, started_at is not null), argMaxIf(model, version, model is not null),
            argMaxIf(tokens, version, tokens is not null), argMaxIf(tags, version, notEmpty(tags)) from loose group by id order by id""",
        "loose, folded at read by piece, then version": """select argMaxIf(started_at, (piece, version), started_at is not null),
            argMaxIf(model, (piece, version), model is not null), argMaxIf(tokens, (piece, version), tokens is not null),
            argMaxIf(tags, (piece, version), notEmpty(tags)) from loose group by id order by id""",
    }  # fmt: skip
    for name, query in ways.items():
        found = client.query(query).result_rows
        right = sum((s.replace(tzinfo=UTC), *rest) == expected for s, *rest in found)
        say(f"{name}: {len(found)} rows of {len(orders)} runs, {right} right; e.g. {found[0]}")


POINTS = (
    "before payloads",
    "inside payloads",
    "between",
    "inside facts",
    "before the answer",
    "after the answer",
)


def _victim(path: str, point: str, seed: int, resend: bool) -> None:
    """Writes 40 batches of 200; dies by SIGKILL at `point` of a batch it chooses; journals what it answered."""
    client = open_store(path)
    chance = random.Random(seed)
    fatal = chance.randrange(3, 30)
    journal = os.open(f"{path}.journal", os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def die_soon() -> None:
        ThreadPoolExecutor(1).submit(lambda: (time.sleep(chance.uniform(0, 0.02)), die()))

    for number in range(40):
        runs = facts(
            200,
            random.Random(seed * 1000 + number),
            datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=seed, seconds=number),
        )
        said = payloads(runs, random.Random(number))
        now = number == fatal and not resend
        if now and point == "before payloads":
            die()
        if now and point == "inside payloads":
            die_soon()
        insert(client, "payloads", said)
        if now and point == "between":
            die()
        if now and point == "inside facts":
            die_soon()
        insert(client, "runs", runs)
        if now and point == "before the answer":
            die()
        os.write(journal, json.dumps([str(id_) for id_ in runs["id"]]).encode() + b"\n")
        os.fsync(journal)
        if now:
            die()


def kill(client: Any, rows: int, path: str) -> None:
    """SIGKILL at each point of the write path, three times; then everything is sent again."""
    client.close()
    for point, turn in itertools.product(POINTS, range(3)):
        store = f"{path}-kill"
        shutil.rmtree(store, ignore_errors=True)
        Path(f"{store}.journal").unlink(missing_ok=True)
        seed = POINTS.index(point) * 3 + turn
        for task in ("make", "die", "check", "again", "check"):
            done = subprocess.run(
                [sys.executable, __file__, store, "--victim", task, "--point", point, "--seed", str(seed)],
                capture_output=True,
                text=True,
            )
            if done.stdout:
                say(
                    f"{point} #{turn}, {'after the kill' if task == 'check' else task}: {done.stdout.strip()}"
                )
            if done.returncode not in (0, -9) or (task == "die") != (done.returncode == -9):
                say(point, task, done.returncode, done.stderr[-500:])


def _kill_task(path: str, task: str, point: str, seed: int) -> None:
    if task in ("die", "again"):
        return _victim(path, point, seed, task == "again")
    client = open_store(path)
    if task == "make":
        client.command(facts_ddl("runs"))
        client.command(PAYLOADS_DDL)
        return None
    answered = {id_ for line in Path(f"{path}.journal").read_text().splitlines() for id_ in json.loads(line)}
    stored = [str(row[0]) for row in client.query("select id from runs final").result_rows]
    said = {str(row[0]) for row in client.query("select distinct id from payloads").result_rows}
    sound = all(
        passed
        for table in ("runs", "payloads")
        for _, passed, *_ in client.query(
            f"check table {table} settings check_query_single_value_result = 0"
        ).result_rows
    )
    print(f"answered {len(answered)}, stored {len(stored)}, lost {len(answered - set(stored))}, twice {len(stored) - len(set(stored))}, "
          f"facts without payload {len(set(stored) - said)}, payloads without fact {len(said - set(stored))}, sound: {sound}")  # fmt: skip
    return None


# ------ payloads


def payloads_step(client: Any, rows: int, path: str) -> None:
    """Payloads: a row per run and piece against a row per run, piece and field."""
    client.command("drop table if exists payloads")
    client.command(PAYLOADS_DDL)
    client.command("""create or replace table fields (workspace UUID, key_time DateTime64(6,'UTC') codec(DoubleDelta, ZSTD(1)), id UUID,
        piece LowCardinality(String), field LowCardinality(String), text String codec(ZSTD(1)), version UInt64)
        engine = ReplacingMergeTree(version) partition by toYYYYMM(key_time) order by (workspace, key_time, id, piece, field)""")
    chance = random.Random(3)
    wide, narrow = [], []
    for number in range(40):
        runs = facts(1_000, chance, datetime(2026, 9, 1, tzinfo=UTC) + timedelta(seconds=number))
        said = payloads(runs, chance)
        by_field: dict[str, list[Any]] = {
            n: [] for n in "workspace key_time id piece field text version".split()
        }
        for at in range(len(said["id"])):
            for field in ("inputs", "outputs", "events", "extra", "serialized"):
                if said[field][at]:
                    for name in ("workspace", "key_time", "id", "piece", "version"):
                        by_field[name].append(said[name][at])
                    by_field["field"].append(field)
                    by_field["text"].append(said[field][at])
        wide.append(said)
        narrow.append(by_field)
    for turn in range(2):
        for table, batches in (("payloads", wide), ("fields", narrow)):
            client.command(f"truncate table {table}")
            began, cpu = time.perf_counter(), time.process_time()
            for batch in batches:
                insert(client, table, batch)
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
            client.command(f"optimize table {table} final")
            say(
                f"{table}: {len(wide) * 1000 / wall:.0f} runs/s, {cpu / len(wide) * 1000:.0f} us CPU a run;",
                parts(client, table),
            )
    for column, size in client.query(
        "select concat(table, '.', column), sum(column_data_compressed_bytes) from system.parts_columns where active and table in ('payloads', 'fields') group by 1 order by 2 desc limit 12"
    ).result_rows:
        say(f"  {column}: {size / 2**20:.1f} MiB")
    ids = [wide[n]["id"][40 * n] for n in range(10)]
    wanted = ", ".join(f"'{i}'" for i in ids)
    times = ", ".join(
        f"toDateTime64('{wide[n]['key_time'][40 * n]:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')" for n in range(10)
    )
    for table, chosen in (
        ("payloads", "inputs, outputs, events, extra, serialized"),
        ("fields", "field, text"),
    ):
        say(
            f"{table}: ten runs by key:",
            asked_of(
                client,
                f"select id, piece, {chosen} from {table} final where {MINE} and key_time in ({times}) and id in ({wanted})",
                **FINAL,
            ),
        )


def text(client: Any, rows: int, path: str) -> None:
    """The text index: what it costs on the way in, what it gives back."""
    chance = random.Random(5)
    batches = []
    for number in range(50):
        runs = facts(1_000, chance, datetime(2026, 9, 1, tzinfo=UTC) + timedelta(seconds=number))
        batches.append(payloads(runs, chance))
    batches[7]["inputs"][100] = "the needle zyzzyva lies here"
    index = ", index by_inputs inputs type text(tokenizer = 'splitByNonAlpha'), index by_outputs outputs type text(tokenizer = 'splitByNonAlpha')\n) engine"
    for table, ddl in (("plain", PAYLOADS_DDL), ("indexed", PAYLOADS_DDL.replace("\n) engine", index))):
        client.command(f"drop table if exists {table}")
        client.command(ddl.replace("table payloads", f"table {table}"))
        began, cpu = time.perf_counter(), time.process_time()
        for turn in range(2):  # 200 000 rows: the same texts under other ids
            for batch in batches:
                if turn:
                    batch["id"] = [uuid.UUID(int=id_.int ^ 1 << turn) for id_ in batch["id"]]
                insert(client, table, batch)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        say(
            f"{table}: {100_000 / wall:.0f} runs/s (two rows each), {cpu / 100_000 * 1e6:.0f} us CPU a run;",
            parts(client, table),
        )
        before = time.perf_counter()
        client.command(f"optimize table {table} final")
        say(f"{table}: compacted in {time.perf_counter() - before:.1f} s;", parts(client, table))
        for condition in (
            "hasToken(inputs, 'zyzzyva')",
            "inputs like '%zyzzyva%'",
            "inputs like '%needle zyzz%'",
            "hasToken(inputs, 'mon77')",
            "inputs like '%mon77%'",
            "inputs ilike '%ZYZZYVA%'",
        ):
            query = f"select count() from {table} where {MINE} and {condition}"
            final = f"select count() from {table} final where {MINE} and {condition}"
            inexact = {**FINAL, "use_skip_indexes_if_final_exact_mode": 0}
            say(f"{table}: {condition}: {asked_of(client, query)}")
            say(f"{table}: {condition}, FINAL: {asked_of(client, final, **FINAL)}")
            say(
                f"{table}: {condition}, FINAL, inexact skip: {asked_of(client, final, **inexact)}; {client.command(query)} found"
            )


STEPS = {"load": load, "ask": ask, "look": look, "write": write, "undated": undated, "ids": ids, "fold": fold, "pieces": pieces, "kill": kill, "payloads": payloads_step, "text": text}  # fmt: skip


def main() -> None:
    """Runs the steps asked for, in order."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path")
    parser.add_argument("steps", nargs="*", metavar="step", help=", ".join(STEPS))
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--victim", choices=("make", "die", "check", "again"))
    parser.add_argument("--point", default="")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_intermixed_args()
    if asked.victim:
        _kill_task(asked.path, asked.victim, asked.point, asked.seed)
        return
    client = open_store(asked.path, max_server_memory_usage=6_000_000_000, mark_cache_size=256 << 20)
    say(machine(client), *sys.argv[1:])
    for step in asked.steps:
        STEPS[step](client, asked.rows, asked.path)


if __name__ == "__main__":
    main()
