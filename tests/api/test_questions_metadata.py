"""Spend by a key of the metadata: by the folder in which a coding agent worked, say."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from asking import Asking
from builders import SINCE, UNTIL, a_run, insert_runs
from econome.analytics.dimension import Dimension, MetadataKey, by_of
from econome.store.client import Store

SPAN = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}


@pytest.fixture
def asking(store: Store) -> Asking:
    """Two folders, one of them told by an ancestor; a call without any, and a chain without any."""
    insert_runs(
        store,
        [
            a_run(name="1", uncached=1, cost=Decimal(1), metadata={"folder": "/a", "other": "x"}),
            a_run(name="2", uncached=2, cost=Decimal(2), inherited_metadata={"folder": "/b"}),
            a_run(
                name="3",
                uncached=4,
                cost=Decimal(4),
                metadata={"folder": "/a"},
                inherited_metadata={"folder": "/b"},
            ),
            a_run(name="4", uncached=8, cost=Decimal(8)),
            a_run(name="5"),
        ],
    )
    return Asking(store)


def test_spend_is_split_by_what_runs_say_or_have_from_above(asking: Asking) -> None:
    answer = asking.ask("spend", by="metadata.folder")
    assert answer["by"] == "metadata.folder"
    costs = {row["value"]: row["totals"]["cost"] for row in answer["rows"]}
    assert costs == {"": "8", "/a": "5", "/b": "2"}
    assert (answer["overlapping"], answer["others"]) == (False, 0)
    assert [row["label"] for row in answer["rows"]] == ["", "/a", "/b"]


def test_spend_over_time_is_split_too(asking: Asking) -> None:
    answer = asking.ask("series", by="metadata.folder", step="day", limit=2)
    assert answer["by"] == "metadata.folder"
    assert {line["label"]: line["cost"] for line in answer["series"]} == {
        "": ["8"],
        "/a": ["5"],
        "others": ["2"],
    }


def test_the_values_of_a_key_are_told_with_how_many_runs_have_them(asking: Asking) -> None:
    [facet] = asking.ask("facets", by="metadata.folder")["facets"]
    assert facet["name"] == "metadata.folder"
    assert [(one["value"], one["runs"]) for one in facet["values"]] == [("/a", 2), ("/b", 1)]
    [facet] = asking.ask("facets", by="kind")["facets"]
    assert {one["value"] for one in facet["values"]} == {"llm", "chain"}


def test_the_sums_are_those_of_a_filter_by_that_value(asking: Asking) -> None:
    pair = 'and(eq(metadata_key, "folder"), eq(metadata_value, "/a"))'
    assert asking.ask("overview", filter=pair)["totals"]["cost"] == "5"
    assert asking.ask("spend", by="metadata.folder", filter=pair)["rows"][0]["totals"]["cost"] == "5"


@pytest.mark.parametrize(
    "key",
    ["a.b", "it's", 'with "quotes"', "back`tick", "{workspace:UUID}", "/* filter */ 1", "from runs final"],
)
def test_a_key_may_be_any_text(asking: Asking, key: str) -> None:
    insert_runs(asking.store, [a_run(uncached=1, cost=Decimal(3), metadata={key: "found"})])
    rows = asking.ask("spend", by=f"metadata.{key}", filter="gt(total_cost, 2)")["rows"]
    assert "found" in {row["value"] for row in rows}
    answer = asking.get(
        "export/spend", by=f"metadata.{key}", format="jsonl", filter="gt(total_cost, 2)", **SPAN
    )
    assert answer.status_code == 200
    lines = [json.loads(line) for line in answer.content.splitlines()]
    column = f"metadata.{key}" if key == "a.b" else "metadata_1"
    assert Decimal(3) in {Decimal(line["cost"]) for line in lines if line[column] == "found"}


def test_exports_split_by_several_keys(asking: Asking) -> None:
    answer = asking.get("export/spend", by="metadata.folder,metadata.other,model", format="jsonl", **SPAN)
    lines = [json.loads(line) for line in answer.content.splitlines()]
    assert {(one["metadata.folder"], one["metadata.other"]): one["calls"] for one in lines} == {
        ("", ""): 1,
        ("/a", ""): 1,
        ("/a", "x"): 1,
        ("/b", ""): 1,
    }


def test_what_is_no_dimension_is_refused(asking: Asking) -> None:
    for path in ("spend", "series", "facets", "export/spend"):
        for by in ("folder", "metadata.", "metadata"):
            assert "metadata.KEY" in asking.refusal(path, by=by)


def test_a_dimension_is_told_by_its_name() -> None:
    assert by_of("tag") is Dimension.TAG
    assert by_of("metadata.a.b") == MetadataKey("a.b")
    assert by_of("metadata." + "x" * 201) is None
