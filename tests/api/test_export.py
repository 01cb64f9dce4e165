"""Taking everything away: files that a spreadsheet, a script or a warehouse reads back exactly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pyarrow.parquet
import pytest

from asking import Asking
from builders import NOON, PROJECT, SINCE, UNTIL, a_run, an_id, insert_runs
from econome.analytics import export
from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import UNDATED, Run
from econome.store.client import Store, StoreError
from econome.web.auth import Caller
from seeding import insert_payload

FORMS = ("parquet", "csv", "jsonl")
each_form = pytest.mark.parametrize("form", FORMS)
TINY = Decimal("0.000000000000000001")

Rows = list[dict[str, Any]]


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every boundary that millions of runs would meet, with a handful."""
    for name in ("RUNS_OF_SLICE", "RUNS_WITH_PAYLOADS"):
        monkeypatch.setattr(export, name, 2)
    monkeypatch.setattr(export, "MOST_RUNS_OF_SLICE", 3)


def rows_of(form: str, content: bytes) -> Rows:
    match form:
        case "parquet":
            return list(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist(maps_as_pydicts="strict"))
        case "csv":
            return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        case _:
            return [json.loads(line) for line in content.decode().split("\n") if line]


def taken(asking: Asking, what: str, form: str, **parameters: object) -> Rows:
    span = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
    answer = asking.get(f"export/{what}", format=form, **{**span, **parameters})
    assert answer.status_code == 200, answer.content
    return rows_of(form, answer.content)


def names(rows: Rows) -> list[str]:
    return [row["name"] for row in rows]


# --- runs -------------------------------------------------------------------------------


@each_form
def test_money_is_as_exact_as_it_was(asking: Asking, form: str) -> None:
    exact = Decimal("1000000000000000.000000000000000001")
    insert_runs(asking.store, [a_run(uncached=1, cost=exact), a_run(uncached=1)])
    dear, unpriced = taken(asking, "runs", form)
    assert Decimal(dear["cost"]) == exact
    assert unpriced["cost"] in (None, "")
    if form != "parquet":
        assert dear["cost"] == str(exact)


@each_form
def test_a_run_is_told_by_the_words_of_the_api(asking: Asking, form: str) -> None:
    asking.projects.by_name(DEFAULT_WORKSPACE, "shop")
    project = asking.projects.find(DEFAULT_WORKSPACE, "shop")
    assert project
    run = a_run(
        project=project.id,
        name='a "name",\nof two lines é',
        model="gpt-5",
        uncached=3,
        text_out=4,
        tags=["a", "b"],
        metadata={"folder": "x"},
        inherited_user="anna",
        fees={"web_search": 2},
    )
    insert_runs(asking.store, [run])
    [row] = taken(asking, "runs", form)
    shown = asking.ask("runs")["rows"][0]
    assert row["id"] == shown["id"]
    assert (row["project"], row["project_id"]) == ("shop", str(project.id))
    assert row["name"] == shown["name"]
    assert row["user"] == "anna"
    assert int(row["total_tokens"]) == shown["tokens"]["total"] == 7
    assert float(row["latency"]) == shown["latency"] == 1
    for nested in ("tags", "metadata", "fees"):
        value = json.loads(row[nested]) if form == "csv" else row[nested]
        assert value == shown[nested]
    # Every column of a run that the API tells by this name is told here.
    flat = {name for name, value in shown.items() if not isinstance(value, dict)}
    assert flat - set(row) == {"inherited"}


@each_form
def test_what_is_unknown_is_no_zero(asking: Asking, form: str) -> None:
    insert_runs(asking.store, [a_run(model="m", ended_at=None)])
    [row] = taken(asking, "runs", form)
    nothing = "" if form == "csv" else None
    for column in ("latency", "first_token", "uncached", "total_tokens", "cost", "temperature", "parent_id"):
        assert row[column] == nothing, column


@each_form
@pytest.mark.usefixtures("small_slices")
def test_each_run_is_in_the_file_once_wherever_it_is_cut(asking: Asking, form: str) -> None:
    runs = [
        a_run(name=f"run {number}", started_at=NOON + timedelta(minutes=number // 3), ended_at=None)
        for number in range(11)
    ]
    for run in runs:  # several share the time of their key, and some have none
        run.key_time = UNDATED if int(run.name[4:]) % 5 == 0 else run.started_at
    insert_runs(asking.store, runs)
    assert sorted(names(taken(asking, "runs", form))) == sorted(run.name for run in runs)
    assert sorted(names(taken(asking, "runs", form, payloads="yes"))) == sorted(run.name for run in runs)


@each_form
def test_a_scope_without_runs_is_a_file_with_columns(asking: Asking, form: str) -> None:
    answer = asking.get("export/runs", format=form)
    assert answer.status_code == 200
    if form == "parquet":
        table = pyarrow.parquet.read_table(io.BytesIO(answer.content))
        assert (table.num_rows, table.column_names[0]) == (0, "id")
        assert str(table.schema.field("cost").type) == "decimal128(38, 18)"
    elif form == "csv":
        assert answer.content.startswith(b'"id","trace_id"')
        assert answer.content.count(b"\n") == 1
    else:
        assert answer.content == b""


@pytest.mark.usefixtures("small_slices")
def test_the_scope_is_that_of_every_question(asking: Asking) -> None:
    asking.projects.by_name(DEFAULT_WORKSPACE, "default")
    other = asking.projects.by_name(DEFAULT_WORKSPACE, "other")
    insert_runs(
        asking.store,
        [
            a_run(name="kept", model="a", uncached=1, cost=Decimal(2)),
            a_run(name="cheap", model="a", uncached=1, cost=Decimal("0.1")),
            a_run(name="other", model="a", uncached=1, cost=Decimal(2), project=other),
            a_run(name="late", model="a", uncached=1, cost=Decimal(2), started_at=UNTIL),
        ],
    )
    dear = {"filter": "gt(total_cost, 1)"}
    assert sorted(names(taken(asking, "runs", "jsonl", **dear))) == ["kept", "other"]
    assert names(taken(asking, "runs", "jsonl", project=str(PROJECT), **dear)) == ["kept"]
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.READ, "oth*")
    assert names(taken(asking, "runs", "jsonl")) == ["other"]
    assert {row["project"] for row in taken(asking, "spend", "jsonl", by="project")} == {"other"}


@pytest.mark.usefixtures("small_slices")
def test_a_filter_that_looks_beyond_the_run_looks_beyond_the_slice(asking: Asking) -> None:
    root = a_run(name="root", key_time=NOON)
    below = [
        a_run(parent=root, name=f"below {n}", uncached=10, key_time=NOON + timedelta(hours=n))
        for n in range(6)
    ]
    insert_runs(asking.store, [root, *below])
    insert_payload(asking.store, below[3], inputs='{"q": "needle"}')
    assert names(taken(asking, "runs", "jsonl", filter="gt(total_tokens, 50)")) == ["root"]
    assert names(taken(asking, "runs", "jsonl", filter='search("needle")')) == ["below 3"]


@each_form
def test_a_run_comes_with_what_it_was_given_and_gave(asking: Asking, form: str) -> None:
    run, silent = a_run(name="asked"), a_run(name="silent")
    run.key_time = run.started_at
    insert_runs(asking.store, [run, silent])
    insert_payload(
        asking.store, run, inputs='{"q":"é\\n"}', extra='{"metadata":{"a":1}}', error="the whole error"
    )
    insert_payload(asking.store, run, "patch", outputs="[1,2]", extra='{"metadata":{"b":null}}')
    rows = {row["name"]: row for row in taken(asking, "runs", form, payloads="yes")}

    def value(name: str, column: str) -> Any:
        cell = rows[name][column]
        return json.loads(cell) if form != "jsonl" and cell else cell

    assert value("asked", "inputs") == {"q": "é\n"}
    assert value("asked", "outputs") == [1, 2]
    assert value("asked", "extra") == {"metadata": {"a": 1, "b": None}}
    assert rows["asked"]["error"] == "the whole error"
    assert value("silent", "inputs") in (None, "")
    assert list(rows["asked"])[-6:] == ["inputs", "outputs", "events", "extra", "serialized", "error"]


@each_form
def test_large_payloads_are_read_a_few_at_a_time(
    asking: Asking, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAYLOAD_BYTES", 1000)
    runs = [a_run(name=f"run {n}", key_time=NOON) for n in range(5)]
    insert_runs(asking.store, runs)
    for run in runs:
        insert_payload(asking.store, run, inputs=json.dumps({"of": run.name, "text": "x" * 800}))
    asked = 0
    written = Store.written

    def counted(*given: Any, **said: Any) -> bytes:
        nonlocal asked
        asked += 1
        return written(*given, **said)

    monkeypatch.setattr(Store, "written", counted)
    rows = taken(asking, "runs", form, payloads="yes")
    assert asked == 5
    for row in rows:
        inputs = row["inputs"] if form == "jsonl" else json.loads(row["inputs"])
        assert inputs["of"] == row["name"]


def test_what_cannot_be_understood_is_refused_before_a_file_begins(asking: Asking) -> None:
    assert "parquet, csv, jsonl" in asking.refusal("export/runs", format="xlsx")
    assert "nope" in asking.refusal("export/runs", filter="eq(nope, 1)")
    assert "limit" in asking.refusal("export/runs", limit=5)
    assert "banana" in asking.refusal("export/spend", by="model,banana")
    assert "different" in asking.refusal("export/spend", by="model,model")
    assert "step" in asking.refusal("export/spend", step="fortnight")
    assert "Atlantis" in asking.refusal("export/spend", step="day", tz="Atlantis")


def test_a_key_that_only_sends_takes_nothing_away(asking: Asking) -> None:
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.INGEST)
    for path in ("export/runs", "export/spend"):
        assert asking.get(path).status_code == 403


@each_form
@pytest.mark.usefixtures("small_slices")
def test_a_store_that_fails_halfway_breaks_the_file_off(
    asking: Asking, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert_runs(asking.store, [a_run(key_time=NOON + timedelta(seconds=n)) for n in range(9)])
    written = Store.written
    slices = 0

    def failing(*given: Any, **said: Any) -> bytes:
        nonlocal slices
        slices += 1
        if slices == 3:
            raise StoreError("the disk is gone")
        return written(*given, **said)

    monkeypatch.setattr(Store, "written", failing)
    # Here the test's client sees it; what is sent through a real server: test_export_served.py
    with pytest.raises(RuntimeError, match="response already started"):
        taken(asking, "runs", form)


# --- spend ------------------------------------------------------------------------------


def amount(row: Mapping[str, Any], column: str) -> Decimal | None:
    return Decimal(row[column]) if row[column] not in (None, "") else None


@each_form
def test_spend_by_one_dimension_is_what_the_question_says(asking: Asking, form: str) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="dear", uncached=10, cost=Decimal("1.5")),
            a_run(model="dear", uncached=5, cost=Decimal("0.25") + TINY),
            a_run(model="unpriced", uncached=7),
            a_run(name="chain"),
        ],
    )
    rows = {row["model"]: row for row in taken(asking, "spend", form)}
    assert set(rows) == {"dear", "unpriced"}  # the chain has no model, and makes no row
    assert amount(rows["dear"], "cost") == Decimal("1.75") + TINY
    assert int(rows["dear"]["total_tokens"]) == 15
    assert amount(rows["unpriced"], "cost") is None
    assert int(rows["unpriced"]["unpriced_calls"]) == 1
    assert "start" not in rows["dear"]
    assert float(rows["dear"]["call_latency_p50"]) == 1
    assert rows["dear"]["first_token_p50"] in (None, "")


@each_form
def test_spend_by_several_dimensions_over_time(asking: Asking, form: str) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="a", uncached=1, cost=Decimal(1), tags=["x", "y"]),
            a_run(model="a", uncached=1, cost=Decimal(2), tags=["x"], started_at=NOON + timedelta(hours=1)),
            a_run(model="b", uncached=1, cost=Decimal(4), tags=["x"]),
        ],
    )
    rows = taken(asking, "spend", form, by="model,tag,project", step="hour", tz="Asia/Kolkata")
    found = {
        (str(row["start"])[:16].replace("T", " "), row["model"], row["tag"]): Decimal(row["cost"])
        for row in rows
    }
    first, second = "2026-03-18 11:30", "2026-03-18 12:30"  # hours of a zone that is half an hour off
    assert found == {
        (first, "a", "x"): Decimal(1),
        (first, "a", "y"): Decimal(1),
        (first, "b", "x"): Decimal(4),
        (second, "a", "x"): Decimal(2),
    }
    assert {row["project_id"] for row in rows} == {str(PROJECT)}


def test_a_tag_alone_is_joined_once(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(uncached=1, cost=Decimal(1), tags=["x", "y"])])
    rows = taken(asking, "spend", "jsonl", by="tag")
    assert [(row["tag"], row["calls"]) for row in rows] == [("x", 1), ("y", 1)]


def test_spend_without_a_dimension_is_one_row_in_each_step(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(uncached=1), a_run(name="chain")])
    [row] = taken(asking, "spend", "jsonl", by="none")
    assert (row["runs"], row["calls"]) == (2, 1)
    [day] = taken(asking, "spend", "jsonl", by="none", step="day")
    assert day["start"] == "2026-03-18T00:00:00.000000Z"


def test_too_many_rows_at_once_are_fewer_in_several_answers(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [
        a_run(model=f"m{n}", uncached=1, started_at=NOON - timedelta(hours=n % 4), ended_at=None)
        for n in range(40)
    ]
    insert_runs(asking.store, runs)
    whole = taken(asking, "spend", "jsonl", step="hour")
    monkeypatch.setattr(export, "_BOUNDED", "max_rows_to_group_by = 15, group_by_overflow_mode = 'throw'")
    assert taken(asking, "spend", "jsonl", step="hour") == whole
    assert len(whole) == 40
    span = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
    assert "asks too much" in asking.refusal("export/spend", **span)


def test_ids_and_times_are_those_of_the_run(asking: Asking) -> None:
    run = a_run(id=an_id(7), started_at=NOON + timedelta(microseconds=1), ended_at=None)
    insert_runs(asking.store, [run])
    [row] = taken(asking, "runs", "parquet")
    assert row["id"] == str(run.id)
    assert row["started_at"].astimezone(UTC) == run.started_at
    [line] = taken(asking, "runs", "jsonl")
    assert line["started_at"] == "2026-03-18T12:00:00.000001Z"


@pytest.mark.usefixtures("small_slices")
def test_runs_keep_the_order_of_their_keys(asking: Asking) -> None:
    runs: list[Run] = []
    for number in range(7):
        started = NOON + timedelta(seconds=7 - number)
        runs.append(a_run(name=f"{7 - number}", started_at=started, ended_at=None, key_time=started))
    insert_runs(asking.store, runs)
    assert names(taken(asking, "runs", "csv")) == ["1", "2", "3", "4", "5", "6", "7"]
