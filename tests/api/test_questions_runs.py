"""Runs one by one: pages, one run with all around it, one trace as a tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from asking import Asking
from builders import NOON, PROJECT, UNTIL, a_run, an_id, insert_runs, put_payload
from econome.domain.price import Price
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.domain.run import UNDATED, Run
from econome.domain.usage import Bucket
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer["rows"]]


def every_page(asking: Asking, **parameters: object) -> list[str]:
    """The names of all rows, page by page."""
    found: list[str] = []
    cursor: dict[str, object] = {}
    while True:
        answer = asking.ask("runs", **parameters, **cursor)
        found += names(answer)
        if answer["next"] is None:
            return found
        cursor = {"cursor": answer["next"]}


# --- pages ------------------------------------------------------------------------------


def test_a_row_tells_all_that_a_table_may_show(asking: Asking) -> None:
    shop = asking.projects.by_name(DEFAULT_WORKSPACE, "shop")
    run = a_run(
        project=shop,
        name="ChatOpenAI",
        model="gpt-4o",
        model_asked="gpt-4o",
        model_answered="gpt-4o-2024-08-06",
        provider="openai",
        uncached=10,
        text_out=3,
        cost=Decimal("0.0125"),
        ended_at=at(1.5),
        first_token_at=at(0.25),
        temperature=0.7,
        max_tokens=100,
        streamed=True,
        tags=["a"],
        metadata={"k": "v"},
        session="s",
        input_preview="hello",
    )
    insert_runs(asking.store, [run])
    row = asking.ask("runs")["rows"][0]
    assert row["id"] == str(run.id)
    assert row["project"] == {"id": str(shop), "name": "shop"}
    assert (row["latency"], row["first_token"]) == (1.5, 0.25)
    assert row["tokens"] == {
        **dict.fromkeys(row["tokens"]),
        "uncached": 10,
        "text_out": 3,
        "input": 10,
        "output": 3,
        "total": 13,
    }
    assert (row["cost"], row["input_cost"]) == ("0.0125", None)
    assert (row["temperature"], row["top_p"], row["max_tokens"], row["streamed"]) == (0.7, None, 100, True)
    assert (row["tags"], row["metadata"], row["session"]) == (["a"], {"k": "v"}, "s")
    assert row["started_at"] == "2026-03-18T12:00:00Z"
    assert row["input_preview"] == "hello"


def test_the_newest_come_first_unless_asked_otherwise(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(name=str(second), started_at=at(second)) for second in (2, 0, 1)])
    assert names(asking.ask("runs")) == ["2", "1", "0"]
    assert names(asking.ask("runs", order="asc")) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "sort", ["started_at", "cost", "tokens", "latency", "input", "output", "first_token"]
)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("view", ["runs", "traces"])
def test_pages_together_show_each_run_once_with_the_unknown_last(
    asking: Asking, sort: str, order: str, view: str
) -> None:
    # Nine runs with three values, two of them unknown, so that pages end between equals.
    values = [3, 1, 3, None, 2, 1, 2, None, 3]
    runs = [
        a_run(
            name=f"{value or 0}",
            uncached=value,
            text_out=value,
            cost=None if value is None else Decimal(value) / 10**18,
            status="success" if value else "pending",
            ended_at=None if value is None else at(10 + 2 * value),
            first_token_at=None if value is None else at(5 + 2 * value),
            started_at=at(value or 0),
        )
        for value in values
    ]
    insert_runs(asking.store, runs)
    expected = sorted(f"{value}" for value in values if value)
    if order == "desc":
        expected.reverse()
    at_the_end = ["0", "0"]
    if sort == "started_at":
        expected = at_the_end + expected if order == "asc" else expected + at_the_end
    else:
        expected += at_the_end
    assert every_page(asking, sort=sort, order=order, view=view, limit=2) == expected


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_in_the_order_of_time_are_whole_however_unevenly_runs_fall(
    asking: Asking, order: str, limit: int
) -> None:
    # A page is looked for in ever larger parts of the span: some fill it, some do not, some are empty.
    seconds = [0, 1, 2, 3, 1_000, 1_000, 1_000, 9_000, 36_000, 36_001, 43_199]
    insert_runs(asking.store, [a_run(name=str(second), started_at=at(second)) for second in seconds])
    expected = [str(second) for second in sorted(seconds, reverse=order == "desc")]
    assert every_page(asking, order=order, limit=limit) == expected


def test_runs_that_arrive_meanwhile_move_no_page(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(name=str(second), started_at=at(second)) for second in range(4)])
    first = asking.ask("runs", limit=2)
    insert_runs(asking.store, [a_run(name="new", started_at=at(9))])
    second = asking.ask("runs", limit=2, cursor=first["next"])
    assert names(first) + names(second) == ["3", "2", "1", "0"]


@pytest.mark.parametrize("view", ["runs", "traces"])
def test_a_page_can_be_gone_to_without_those_before_it(asking: Asking, view: str) -> None:
    insert_runs(asking.store, [a_run(name=str(second), started_at=at(second)) for second in range(6)])
    page = asking.ask("runs", skip=2, limit=2, view=view)
    assert names(page) == ["3", "2"]
    assert names(asking.ask("runs", cursor=page["next"], view=view)) == ["1", "0"]
    assert asking.ask("runs", skip=6, view=view) == {**page, "rows": [], "next": None}
    assert "skip" in asking.refusal("runs", skip="-1")
    assert "skip" in asking.refusal("runs", skip="some")


def test_rows_tell_how_they_were_judged_when_asked(asking: Asking) -> None:
    root = a_run(name="root")
    step = a_run(name="step", parent=root)
    insert_runs(asking.store, [root, step])
    said = [
        (root.id, "stars", 4.0),
        (root.id, "stars", 5.0),
        (root.trace_id, "tone", 0.5),
        (step.id, "stars", 1.0),
    ]
    for run_id, key, score in said:
        remark = {
            "workspace": DEFAULT_WORKSPACE,
            "id": an_id(),
            "run_id": run_id,
            "trace_id": root.trace_id,
            "project": PROJECT,
            "key": key,
            "score": score,
            "created_at": NOON,
            "modified_at": NOON,
            "version": 1,
        }
        asking.store.insert("feedback", {name: [value] for name, value in remark.items()})
    rows = {row["name"]: row for row in asking.ask("runs", scores="yes")["rows"]}
    assert rows["root"]["scores"] == {"stars": (4.0 + 5.0) / 2, "tone": 0.5}
    assert rows["step"]["scores"] == {"stars": 1.0}
    assert "scores" not in asking.ask("runs")["rows"][0]


def test_a_cursor_belongs_to_its_order(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(), a_run()])
    cursor = asking.ask("runs", limit=1)["next"]
    assert "another order" in asking.refusal("runs", cursor=cursor, sort="cost")


def test_undated_runs_are_listed_like_any_other(asking: Asking) -> None:
    insert_runs(
        asking.store, [a_run(name="undated", key_time=UNDATED), a_run(name="dated", started_at=at(-1))]
    )
    assert names(asking.ask("runs")) == ["undated", "dated"]


def a_trace(asking: Asking, name: str, *costs: str, **root: object) -> Run:
    """A chain and a wrapper round calls that cost so much; the wrapper repeats its first call."""
    top = a_run(name=name, **root)
    wrapper = a_run(
        parent=top, name="wrapper", kind="llm", counted=False, uncached=10, cost=Decimal(costs[0])
    )
    calls = [
        a_run(parent=wrapper, name="call", model="m", uncached=10, text_out=1, cost=Decimal(cost))
        for cost in costs
    ]
    insert_runs(asking.store, [top, wrapper, *calls])
    return top


def test_a_trace_shows_what_all_its_runs_used_and_no_call_twice(asking: Asking) -> None:
    top = a_trace(asking, "top", "0.1", "0.2")
    row = asking.ask("runs", view="traces")["rows"][0]
    assert (row["id"], row["cost"]) == (str(top.id), None)
    assert row["totals"]["cost"] == "0.3"
    assert row["totals"]["tokens"]["input"] == 10 + 10
    assert row["totals"]["tokens"]["output"] == 1 + 1
    assert (row["totals"]["runs"], row["totals"]["calls"]) == (4, 2)
    assert row["totals"]["coverage"]["priced"] == 2


def test_traces_sort_by_what_the_whole_trace_cost(asking: Asking) -> None:
    for name, costs in {"two small": ("0.2", "0.2"), "one big": ("0.3",), "dear": ("5",)}.items():
        a_trace(asking, name, *costs)
    insert_runs(asking.store, [a_run(name="no call")])
    expected = ["dear", "two small", "one big", "no call"]
    assert names(asking.ask("runs", view="traces", sort="cost")) == expected
    assert every_page(asking, view="traces", sort="cost", limit=1) == expected
    assert names(asking.ask("runs", view="traces", sort="tokens"))[0] == "two small"


def test_a_filter_keeps_the_traces_that_have_such_a_run(asking: Asking) -> None:
    a_trace(asking, "calls m", "1")
    insert_runs(asking.store, [a_run(name="calls nothing")])
    only = {"view": "traces", "filter": 'eq(model, "m")'}
    assert names(asking.ask("runs", **only)) == ["calls m"]
    assert asking.ask("runs", **only)["rows"][0]["totals"]["calls"] == 1
    assert asking.ask("count", **only)["count"] == 1
    assert asking.ask("count", view="traces")["count"] == 2
    assert asking.ask("count")["count"] == 1 + 3


def test_a_trace_that_goes_on_after_the_span_is_shown_whole(asking: Asking) -> None:
    top = a_run(name="top", started_at=UNTIL - timedelta(seconds=1), ended_at=UNTIL + timedelta(days=3))
    late = a_run(parent=top, uncached=7, started_at=UNTIL + timedelta(days=2))
    insert_runs(asking.store, [top, late])
    assert asking.ask("runs", view="traces")["rows"][0]["totals"]["tokens"]["input"] == 7


# --- one trace --------------------------------------------------------------------------


def test_a_trace_is_a_tree_in_pre_order_with_its_totals(asking: Asking) -> None:
    top = a_trace(asking, "top", "0.1", "0.2", ended_at=at(4))
    answer = asking.tell(f"traces/{top.trace_id}")
    assert [(run["name"], run["depth"], run["children"]) for run in answer["runs"]] == [
        ("top", 0, 1),
        ("wrapper", 1, 2),
        ("call", 2, 0),
        ("call", 2, 0),
    ]
    head, tree_top = answer["trace"], answer["runs"][0]
    assert (head["id"], head["name"], head["latency"]) == (str(top.trace_id), "top", 4)
    assert head["totals"]["cost"] == tree_top["subtree"]["cost"] == "0.3"
    known = {bucket: tokens for bucket, tokens in head["totals"]["tokens"].items() if tokens is not None}
    assert known == tree_top["subtree"]["tokens"]
    assert answer["runs"][-1]["subtree"] is None
    assert tree_top["subtree"]["calls"] == 2
    assert tree_top["self_seconds"] == 4 - 1
    assert tree_top["critical"] is True
    assert (head["truncated"], head["rootless"]) == (False, False)


def test_a_trace_whose_root_is_still_to_come_is_shown_by_what_is_there(asking: Asking) -> None:
    orphan = a_run(name="early bird", trace_id=an_id(), parent_id=an_id())
    insert_runs(asking.store, [orphan])
    answer = asking.tell(f"traces/{orphan.trace_id}")
    assert (answer["trace"]["name"], answer["trace"]["rootless"]) == ("early bird", True)
    assert (answer["runs"][0]["depth"], answer["runs"][0]["orphan"]) == (0, True)


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(days=-400), timedelta(days=400)])
def test_a_trace_is_found_whatever_time_its_id_tells(asking: Asking, shift: timedelta) -> None:
    milliseconds = int((NOON + shift).timestamp() * 1000)
    identity = UUID(int=milliseconds << 80 | 7 << 76 | 1 << 63 | 5)
    assert identity.version == 7
    insert_runs(asking.store, [a_run(id=identity, trace_id=identity, key_time=NOON)])
    assert len(asking.tell(f"traces/{identity}")["runs"]) == 1
    assert asking.tell(f"runs/{identity}")["run"]["id"] == str(identity)


def test_what_is_not_there_or_anothers_is_not_found(asking: Asking) -> None:
    foreign = a_run(workspace=workspace_id("other"))
    insert_runs(asking.store, [foreign])
    for path in (
        f"runs/{foreign.id}",
        f"traces/{foreign.id}",
        f"runs/{foreign.id}/attachments/a",
        f"runs/{an_id()}",
    ):
        assert asking.get(path).status_code == 404


# --- one run ----------------------------------------------------------------------------


def test_a_run_is_told_whole(asking: Asking) -> None:
    run = a_run(error="Trace…", status="error", chars_system=12, chars_user=5)
    insert_runs(asking.store, [run])
    put_payload(
        asking.store,
        run,
        "post",
        inputs='{"q":1}',
        outputs="{}",
        extra='{"metadata":{"a":1,"b":1},"runtime":{"sdk":"x"}}',
        serialized='{"id":["x"]}',
    )
    put_payload(
        asking.store,
        run,
        "patch",
        outputs='{"a":[2]}',
        extra='{"metadata":{"b":2}}',
        events='[{"name":"new_token"}]',
        error="Traceback: all of it",
    )
    answer = asking.tell(f"runs/{run.id}", trace_id=str(run.trace_id))
    assert (answer["inputs"], answer["outputs"]) == ({"q": 1}, {"a": [2]})
    assert answer["extra"] == {"metadata": {"a": 1, "b": 2}, "runtime": {"sdk": "x"}}
    assert answer["events"] == [{"name": "new_token"}]
    assert answer["serialized"] == {"id": ["x"]}
    assert (answer["error"], answer["run"]["error"]) == ("Traceback: all of it", "Trace…")
    assert answer["segments"] == {
        "system": 12,
        "tools": 0,
        "history": 0,
        "retrieved": 0,
        "tool_results": 0,
        "user": 5,
    }
    assert (answer["price"], answer["attachments"], answer["feedback"]) == (None, [], [])


def test_a_run_without_a_payload_says_nothing_of_it(asking: Asking) -> None:
    run = a_run()
    insert_runs(asking.store, [run])
    answer = asking.tell(f"runs/{run.id}")
    assert (answer["inputs"], answer["outputs"], answer["extra"], answer["error"]) == (None, None, {}, "")


def test_the_lines_of_a_price_add_up_to_the_cost(asking: Asking) -> None:
    price = Price(
        source="genai-prices",
        source_version="0.2",
        provider="openai",
        model="gpt-4o",
        valid_from=datetime(2025, 1, 1, tzinfo=UTC),
        tier="batch",
        rates={
            Bucket.UNCACHED: Decimal("2.5"),
            Bucket.CACHE_READ: Decimal("1.25"),
            Bucket.TEXT_OUT: Decimal(10),
        },
    )
    row = {
        name: [getattr(price, name)]
        for name in ("id", "source", "source_version", "provider", "model", "valid_from", "tier")
    }
    rates = {bucket.value: rate for bucket, rate in price.rates.items()}
    asking.store.insert("prices", {**row, "rates": [rates], "version": [1]})
    run = a_run(
        model="gpt-4o", uncached=1000, cache_read=200, text_out=30, price=price.id, cost=Decimal("0.00305")
    )
    insert_runs(asking.store, [run])
    told = asking.tell(f"runs/{run.id}")["price"]
    assert (told["source"], told["provider"], told["model"], told["tier"]) == (
        "genai-prices",
        "openai",
        "gpt-4o",
        "batch",
    )
    assert told["valid_from"] == "2025-01-01T00:00:00Z"
    assert told["lines"] == [
        {"bucket": "uncached", "tokens": 1000, "rate": "2.5", "cost": "0.0025"},
        {"bucket": "cache_read", "tokens": 200, "rate": "1.25", "cost": "0.00025"},
        {"bucket": "text_out", "tokens": 30, "rate": "10", "cost": "0.0003"},
    ]
    assert sum(Decimal(line["cost"]) for line in told["lines"]) == run.cost
    (in_trace,) = asking.tell(f"traces/{run.id}")["runs"]
    assert in_trace["cost_of"] == {line["bucket"]: line["cost"] for line in told["lines"]}


def test_feedback_stands_with_its_run(asking: Asking) -> None:
    run = a_run()
    insert_runs(asking.store, [run])
    remark = {
        "workspace": run.workspace,
        "id": an_id(),
        "run_id": run.id,
        "trace_id": run.trace_id,
        "project": PROJECT,
        "key": "helpful",
        "score": 1.0,
        "value": '"yes"',
        "comment": "good",
        "created_at": NOON,
        "modified_at": NOON,
        "version": 1,
        "is_deleted": 0,
    }
    asking.store.insert("feedback", {name: [value] for name, value in remark.items()})
    assert asking.tell(f"runs/{run.id}")["feedback"] == [
        {
            "key": "helpful",
            "score": 1.0,
            "value": "yes",
            "comment": "good",
            "created_at": "2026-03-18T12:00:00Z",
        }
    ]


def put_file(store: Store, run: Run, name: str, mime: str, content: bytes) -> None:
    columns = {
        "workspace": run.workspace,
        "key_time": run.key_time,
        "run_id": run.id,
        "name": name,
        "mime": mime,
        "content": content,
        "version": 1,
        "is_deleted": 0,
    }
    store.insert("attachments", {name: [value] for name, value in columns.items()})


@pytest.mark.parametrize(
    ("mime", "served", "shown"),
    [
        ("image/png", "image/png", "inline"),
        ("audio/wav", "audio/wav", "inline"),
        ("text/plain", "text/plain; charset=utf-8", "inline"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("IMAGE/PNG; x=y\r\nx-evil: 1", "image/png", "inline"),
        ("image/png\r\nx-evil: 1", "application/octet-stream", "attachment"),
        ("", "application/octet-stream", "attachment"),
    ],
)
def test_only_harmless_files_are_shown_by_the_browser(
    asking: Asking, mime: str, served: str, shown: str
) -> None:
    run = a_run()
    insert_runs(asking.store, [run])
    content = bytes(range(256))
    put_file(asking.store, run, "a/ü.bin", mime, content)
    (listed,) = asking.tell(f"runs/{run.id}")["attachments"]
    assert (listed["name"], listed["size"]) == ("a/ü.bin", 256)
    response = asking.get(listed["url"].removeprefix("/econome/v1/"))
    assert response.content == content
    assert response.headers["content-type"] == served
    assert response.headers["content-disposition"] == f"{shown}; filename*=UTF-8''a%2F%C3%BC.bin"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "x-evil" not in response.headers


def test_a_file_that_is_not_there_is_not_found(asking: Asking) -> None:
    run = a_run()
    insert_runs(asking.store, [run])
    assert asking.get(f"runs/{run.id}/attachments/none").status_code == 404


def test_a_long_list_is_in_order(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(started_at=at(-second)) for second in range(300)])
    rows = asking.ask("runs", limit=300)["rows"]
    assert all(before["started_at"] > after["started_at"] for before, after in pairwise(rows))
