"""How much, where, since when: totals, spend, series and facets, checked by arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from asking import Asking
from builders import NOON, PROJECT, SINCE, UNTIL, a_run, an_id, insert_runs
from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.domain.run import UNDATED
from econome.store.client import Store
from econome.web.auth import Caller


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# --- totals -----------------------------------------------------------------------------


def test_a_workspace_without_runs_has_nulls_and_no_past(asking: Asking) -> None:
    answer = asking.ask("overview")
    assert answer["totals"]["runs"] == 0
    assert answer["totals"]["cost"] is None
    assert answer["totals"]["tokens"]["total"] is None
    assert answer["totals"]["latency"] == {"p50": None, "p95": None}
    assert answer["totals"]["tokens_per_call"] == {"input": None, "output": None}
    assert answer["data"] == {"runs": 0, "first": None, "last": None}


def test_a_wrapper_that_repeats_its_call_is_not_added(asking: Asking) -> None:
    chain = a_run(uncached=100, text_out=20, cost=Decimal("0.5"), counted=False)
    call = a_run(parent=chain, uncached=100, text_out=20, cost=Decimal("0.5"))
    insert_runs(asking.store, [chain, call])
    totals = asking.ask("overview")["totals"]
    assert (totals["runs"], totals["traces"], totals["calls"]) == (2, 1, 1)
    assert totals["tokens"]["input"] == 100
    assert totals["tokens"]["output"] == 20
    assert totals["cost"] == "0.5"


def test_buckets_add_up_apart_and_unknown_ones_stay_unknown(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(uncached=10, cache_read=90, text_out=5),
            a_run(uncached=1, text_out=2, reasoning=30),
            a_run(kind="llm"),
        ],
    )
    tokens = asking.ask("overview")["totals"]["tokens"]
    assert tokens["uncached"] == 10 + 1
    assert tokens["cache_read"] == 90
    assert tokens["cache_write_5m"] is None
    assert tokens["reasoning"] == 30
    assert tokens["input"] == 10 + 90 + 1
    assert tokens["output"] == 5 + 2 + 30
    assert tokens["total"] == 101 + 37


def test_money_is_exact_and_written_without_an_exponent(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(uncached=1, cost=Decimal("0.000000000000000001")),
            a_run(uncached=1, cost=Decimal("1234567.10")),
        ],
    )
    assert asking.ask("overview")["totals"]["cost"] == "1234567.100000000000000001"


def test_tokens_per_call_leave_out_calls_of_which_nothing_is_known(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(uncached=10, text_out=3), a_run(uncached=20), a_run(kind="llm")])
    assert asking.ask("overview")["totals"]["tokens_per_call"] == {"input": (10 + 20) / 2, "output": 3 / 1}


def test_coverage_says_who_knows_and_what_is_priced(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(uncached=1, cost=Decimal(1)),
            a_run(uncached=1, cost=Decimal(1), usage_source="counted"),
            a_run(uncached=1),
            a_run(uncached=1, usage_source="estimated", status="pending"),
            a_run(kind="llm"),
            a_run(),
        ],
    )
    coverage = asking.ask("overview")["totals"]["coverage"]
    assert coverage == {
        "calls": 5,
        "priced": 2,
        "unpriced": 1,
        "unknown": 1,
        "reported": 2,
        "counted": 1,
        "estimated": 1,
        "settling": 1,
        "marked": 0,
    }


def test_errors_are_traces_whose_root_failed(asking: Asking) -> None:
    failed, caught = a_run(status="error"), a_run()
    insert_runs(asking.store, [failed, caught, a_run(parent=caught, kind="llm", status="error")])
    totals = asking.ask("overview")["totals"]
    assert totals["errors"] == 1
    assert totals["failed_calls"] == 1


def test_latency_is_of_roots_that_ended_and_first_token_of_calls(asking: Asking) -> None:
    roots = [a_run(ended_at=after(seconds)) for seconds in (1, 2, 3)]
    call = a_run(parent=roots[0], kind="llm", first_token_at=after(0.25), ended_at=after(60))
    insert_runs(asking.store, [*roots, call, a_run(status="pending")])
    totals = asking.ask("overview")["totals"]
    assert totals["latency"]["p50"] == 2
    assert totals["latency"]["p95"] == pytest.approx(2 + 0.9)
    assert totals["first_token"]["p50"] == 0.25
    assert totals["call_latency"]["p50"] == 60


def test_a_later_version_of_a_run_replaces_the_one_before(asking: Asking) -> None:
    run = a_run(uncached=5)
    insert_runs(asking.store, [run])
    run.version, run.uncached, run.input_tokens = 2, 7, 7
    insert_runs(asking.store, [run])
    totals = asking.ask("overview")["totals"]
    assert (totals["calls"], totals["tokens"]["uncached"]) == (1, 7)


def test_a_span_holds_its_start_but_not_its_end(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(started_at=SINCE), a_run(started_at=UNTIL)])
    assert asking.ask("overview")["totals"]["runs"] == 1


def test_a_run_whose_id_carries_no_time_is_found_by_its_start(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(key_time=UNDATED)])
    assert asking.ask("overview")["totals"]["runs"] == 1


def test_the_span_before_has_the_same_length(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(uncached=1), a_run(uncached=2, started_at=NOON - timedelta(days=1))])
    answer = asking.ask("overview")
    assert answer["previous"]["since"] == "2026-03-17T00:00:00Z"
    assert answer["previous"]["until"] == answer["since"] == "2026-03-18T00:00:00Z"
    assert answer["totals"]["tokens"]["uncached"] == 1
    assert answer["previous"]["totals"]["tokens"]["uncached"] == 2
    assert answer["data"] == {"runs": 2, "first": "2026-03-17T12:00:00Z", "last": "2026-03-18T12:00:00Z"}


def test_another_workspace_is_never_seen(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(workspace=workspace_id("other"), uncached=1)])
    assert asking.ask("overview")["totals"]["runs"] == 0
    assert asking.ask("overview")["data"]["runs"] == 0
    assert asking.ask("spend")["rows"] == []
    assert asking.ask("runs")["rows"] == []


# --- spend ------------------------------------------------------------------------------


def test_the_dearest_come_first_then_those_with_most_tokens(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="cheap", uncached=999, cost=Decimal("0.1")),
            a_run(model="dear", uncached=1, cost=Decimal(2)),
            a_run(model="unpriced and big", uncached=50, text_out=1),
            a_run(model="unpriced", uncached=5, text_out=1),
            a_run(),
        ],
    )
    answer = asking.ask("spend", by="model")
    assert [row["value"] for row in answer["rows"]] == ["dear", "cheap", "unpriced and big", "unpriced"]
    assert answer["rows"][2]["totals"]["cost"] is None
    assert answer["others"] == 0


def test_what_is_beyond_the_limit_is_said(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model=f"m{number}", uncached=number) for number in range(5)])
    answer = asking.ask("spend", by="model", limit=2)
    assert [row["value"] for row in answer["rows"]] == ["m4", "m3"]
    assert answer["others"] == 3


def test_a_project_is_shown_by_its_name(asking: Asking) -> None:
    shop = asking.projects.by_name(DEFAULT_WORKSPACE, "shop")
    insert_runs(asking.store, [a_run(project=shop, uncached=1)])
    row = asking.ask("spend", by="project")["rows"][0]
    assert (row["value"], row["label"]) == (str(shop), "shop")


def test_a_run_with_two_tags_counts_in_both_and_the_answer_says_so(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [a_run(uncached=1, tags=["a", "b", "a"]), a_run(uncached=2, tags=["b"]), a_run(uncached=4)],
    )
    answer = asking.ask("spend", by="tag")
    assert {row["value"]: row["totals"]["tokens"]["input"] for row in answer["rows"]} == {
        "a": 1,
        "b": 1 + 2,
        "": 4,
    }
    assert answer["overlapping"] is True


@pytest.mark.parametrize(
    "by",
    [
        "project",
        "model",
        "provider",
        "user",
        "session",
        "tag",
        "environment",
        "name",
        "kind",
        "status",
        "usage_source",
        "prompt",
        "prompt_version",
        "call_site",
    ],
)
def test_every_dimension_can_be_asked_for(asking: Asking, by: str) -> None:
    insert_runs(asking.store, [a_run(model="m", uncached=1)])
    assert len(asking.ask("spend", by=by)["rows"]) == 1
    assert len(asking.ask("series", by=by)["series"]) == 1


# --- series -----------------------------------------------------------------------------


def test_no_bucket_is_missing_and_empty_ones_know_nothing(asking: Asking) -> None:
    insert_runs(
        asking.store, [a_run(uncached=3, cost=Decimal("0.5")), a_run(uncached=4, started_at=after(3700))]
    )
    answer = asking.ask(
        "series", step="hour", since=after(-3600).isoformat(), until=after(2 * 3600).isoformat()
    )
    assert answer["times"] == ["2026-03-18T11:00:00Z", "2026-03-18T12:00:00Z", "2026-03-18T13:00:00Z"]
    line = answer["series"][0]
    assert (line["label"], line["value"]) == ("all", None)
    assert line["calls"] == [0, 1, 1]
    assert line["input_tokens"] == [None, 3, 4]
    assert line["output_tokens"] == [None, None, None]
    assert line["cost"] == [None, "0.5", None]
    assert line["p50"] == [None, 1, 1]


def test_the_first_bucket_holds_a_start_within_it(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(started_at=after(59 * 60))])
    answer = asking.ask("series", step="hour", since=after(1800).isoformat(), until=after(3600).isoformat())
    assert answer["times"] == ["2026-03-18T12:00:00Z"]
    assert answer["series"][0]["runs"] == [1]


def test_a_day_starts_at_the_viewers_midnight_and_may_last_23_hours(asking: Asking) -> None:
    # In Paris, 2026-03-29 has no 02:00.
    insert_runs(
        asking.store,
        [
            a_run(started_at=datetime(2026, 3, 28, 22, 59, tzinfo=UTC)),
            a_run(started_at=datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
            a_run(started_at=datetime(2026, 3, 29, 21, 59, tzinfo=UTC)),
            a_run(started_at=datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        ],
    )
    answer = asking.ask(
        "series",
        step="day",
        tz="Europe/Paris",
        since="2026-03-28T00:00:00+01:00",
        until="2026-03-31T00:00:00+02:00",
    )
    assert answer["times"] == ["2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]
    assert answer["series"][0]["runs"] == [1, 2, 1]


def test_the_others_are_what_the_shown_leave_over(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="dear", uncached=1, cost=Decimal(9)),
            a_run(model="b", uncached=2, cost=Decimal(1)),
            a_run(model="c", uncached=4),
            a_run(),
        ],
    )
    answer = asking.ask("series", by="model", limit=1, step="day")
    assert [(line["value"], line["label"]) for line in answer["series"]] == [
        ("dear", "dear"),
        (None, "others"),
    ]
    assert answer["series"][1]["cost"] == ["1"]
    assert answer["series"][1]["input_tokens"] == [2 + 4]
    assert answer["series"][1]["calls"] == [2]


def test_a_line_tells_how_many_calls_its_sums_are_of(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(uncached=2, cost=Decimal(1)),
            a_run(uncached=4, cost=None),
            a_run(usage_source="unknown", counted=True),
        ],
    )
    line = asking.ask("series", step="day")["series"][0]
    assert (line["calls"], line["known_calls"], line["priced_calls"]) == ([3], [2], [1])


@pytest.mark.parametrize(("by", "whose"), [("model", "calls"), ("user", "traces")])
def test_the_latency_of_a_line_is_that_of_what_has_the_dimension(asking: Asking, by: str, whose: str) -> None:
    root = a_run(counted=False, user="ada", ended_at=after(9))
    call = a_run(parent_id=root.id, trace_id=root.id, model="m", uncached=1, ended_at=after(2), user="ada")
    insert_runs(asking.store, [root, call])
    answer = asking.ask("series", by=by, step="day")
    assert answer["latency_of"] == whose
    assert answer["series"][0]["p95"] == [2 if whose == "calls" else 9]


def test_a_run_with_several_lesser_tags_is_once_among_the_others(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(uncached=9, cost=Decimal(1), tags=["top", "x", "y"])])
    answer = asking.ask("series", by="tag", limit=1, step="day")
    shown = {line["value"]: line["calls"] for line in answer["series"]}
    assert len(shown) == 2
    assert shown[None] == [1]


# --- facets, projects -------------------------------------------------------------------


def test_facets_count_runs_by_value_and_leave_out_empty_ones(asking: Asking) -> None:
    insert_runs(
        asking.store, [a_run(user="ann", tags=["x", "y"]), a_run(user="ann"), a_run(user="bob"), a_run()]
    )
    facets = {facet["name"]: facet["values"] for facet in asking.ask("facets")["facets"]}
    assert facets["user"] == [
        {"value": "ann", "label": "ann", "runs": 2},
        {"value": "bob", "label": "bob", "runs": 1},
    ]
    assert [choice["value"] for choice in facets["tag"]] == ["x", "y"]
    assert facets["model"] == []
    assert facets["project"][0]["value"] == str(PROJECT)


def test_projects_tell_how_alive_they_are(asking: Asking) -> None:
    shop = asking.projects.by_name(DEFAULT_WORKSPACE, "shop")
    asking.projects.by_name(DEFAULT_WORKSPACE, "quiet")
    insert_runs(asking.store, [a_run(project=shop), a_run(project=shop, started_at=after(60))])
    quiet, busy = asking.tell("projects")["rows"]
    assert (quiet["name"], quiet["runs"], quiet["last_run_at"]) == ("quiet", 0, None)
    assert (busy["name"], busy["runs"], busy["last_run_at"]) == ("shop", 2, "2026-03-18T12:01:00Z")


# --- scope ------------------------------------------------------------------------------


def test_projects_narrow_by_name_or_id(asking: Asking) -> None:
    ids = {name: asking.projects.by_name(DEFAULT_WORKSPACE, name) for name in ("a", "b", "c")}
    insert_runs(asking.store, [a_run(project=identity) for identity in ids.values()])
    assert asking.ask("count", project="a")["count"] == 1
    assert asking.ask("count", project=["a", str(ids["b"])])["count"] == 2
    assert [row["label"] for row in asking.ask("spend", by="project", project="a")["rows"]] == ["a"]
    assert asking.ask("facets", project="a")["facets"][0]["values"] == [
        {"value": str(ids["a"]), "label": "a", "runs": 1}
    ]
    assert "none of the name" in asking.refusal("count", project="d")


def test_a_key_for_some_projects_sees_no_other(asking: Asking) -> None:
    for name in ("team-a", "team-b"):
        insert_runs(
            asking.store, [a_run(project=asking.projects.by_name(DEFAULT_WORKSPACE, name), uncached=1)]
        )
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.READ, projects="team-a")
    assert asking.ask("count")["count"] == 1
    assert asking.ask("overview")["data"]["runs"] == 1
    assert [project["name"] for project in asking.tell("projects")["rows"]] == ["team-a"]
    assert "none of the name" in asking.refusal("count", project="team-b")


def test_a_key_for_projects_that_are_not_there_yet_sees_nothing(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(id=an_id(7), trace_id=an_id(7))])
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.READ, projects="later-*")
    assert asking.ask("count")["count"] == 0
    assert asking.ask("overview")["data"]["runs"] == 0
    assert asking.get(f"traces/{an_id(7)}").status_code == 404
    assert asking.get(f"runs/{an_id(7)}").status_code == 404


def test_a_filter_narrows_every_question(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="a", uncached=1, cost=Decimal("0.5")),
            a_run(model="b", uncached=2, cost=Decimal("0.1")),
        ],
    )
    only_a = {"filter": 'eq(model, "a")'}
    assert asking.ask("overview", **only_a)["totals"]["tokens"]["input"] == 1
    assert [row["value"] for row in asking.ask("spend", by="model", **only_a)["rows"]] == ["a"]
    assert asking.ask("series", step="day", **only_a)["series"][0]["calls"] == [1]
    assert asking.ask("count", **only_a)["count"] == 1
    facets = {facet["name"]: facet["values"] for facet in asking.ask("facets", **only_a)["facets"]}
    assert facets["model"] == [{"value": "a", "label": "a", "runs": 1}]
    assert len(asking.ask("runs", **only_a)["rows"]) == 1
    assert asking.ask("overview", filter="gt(total_cost, 0.2)")["totals"]["calls"] == 1
    assert asking.ask("spend", by="model", filter="gt(total_cost, 0.2)")["others"] == 0


def test_times_may_be_milliseconds_and_default_to_the_last_day(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(), a_run(started_at=datetime.now(UTC) - timedelta(hours=1))])
    milliseconds = {"since": int(NOON.timestamp() * 1000), "until": int(NOON.timestamp() * 1000) + 1}
    assert asking.tell("count", **milliseconds)["count"] == 1
    assert asking.tell("count")["count"] == 1


@pytest.mark.parametrize(
    ("path", "parameters", "told"),
    [
        ("overview", {"sinse": "x"}, "sinse"),
        ("overview", {"since": "yesterday"}, "ISO 8601"),
        ("overview", {"since": "0001-01-01"}, "1970"),
        ("overview", {"since": "2026-01-02", "until": "2026-01-01"}, "before"),
        ("overview", {"since": ["2026-01-02", "2026-01-01"]}, "more than once"),
        ("overview", {"filter": "eq("}, ""),
        ("spend", {"by": "id"}, "model"),
        ("spend", {"limit": 0}, "1 to"),
        ("spend", {"limit": "²"}, "1 to"),
        ("series", {"by": "id"}, "none"),
        ("series", {"step": "fortnight"}, "minute"),
        ("series", {"step": "1", "since": "2026-01-01", "until": "2026-01-02"}, "2000"),
        ("series", {"step": "100000"}, "whole days"),
        ("series", {"tz": "Mars/Olympus"}, "Mars/Olympus"),
        ("series", {"tz": "../../etc/passwd"}, "time zone"),
        ("runs", {"sort": "name"}, "started_at"),
        ("runs", {"order": "up"}, "asc"),
        ("runs", {"view": "spans"}, "traces"),
        ("runs", {"cursor": "AAAA"}, "cursor"),
        ("runs", {"cursor": "é"}, "cursor"),
        ("runs/none", {}, "id of a run"),
        ("traces/none", {}, "id of a trace"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_can(
    asking: Asking, path: str, parameters: dict[str, object], told: str
) -> None:
    assert told in asking.refusal(path, **parameters)


def test_a_role_that_may_only_send_may_not_ask(asking: Asking) -> None:
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.INGEST)
    assert asking.get("overview").status_code == 403
