"""By what there is to split: which dimensions have values, and which keys the metadata have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from asking import Asking
from builders import NOON, SINCE, a_run, insert_runs
from econome.analytics import dimensions
from econome.analytics.dimension import Dimension
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    insert_runs(
        store,
        [
            a_run(
                model="gpt-5", uncached=1, user="ada", tags=["a", "b"], metadata={"folder": "/x", "team": "1"}
            ),
            a_run(model="gpt-5-mini", uncached=1, inherited_user="bob", inherited_metadata={"folder": "/y"}),
            a_run(model="gpt-5", uncached=1, inherited_tags=["b"], metadata={"folder": "/x"}),
        ],
    )
    return Asking(store)


def named(answer: dict[str, list[dict[str, object]]]) -> dict[object, dict[str, object]]:
    return {row["name"]: row for row in answer["dimensions"]}


def test_every_dimension_is_told_with_how_many_values_it_has(asking: Asking) -> None:
    answer = asking.ask("dimensions")
    rows = named(answer)
    assert set(rows) == {*Dimension}
    assert rows["model"] == {"name": "model", "values": 2, "more": False, "runs": 3}
    assert rows["project"]["values"] == 1


def test_what_runs_have_from_above_counts_and_nothing_is_no_value(asking: Asking) -> None:
    rows = named(asking.ask("dimensions"))
    assert (rows["user"]["values"], rows["user"]["runs"]) == (2, 2)
    assert (rows["tag"]["values"], rows["tag"]["runs"]) == (2, 2)
    assert (rows["session"]["values"], rows["session"]["runs"]) == (0, 0)


def test_what_tells_runs_apart_stands_first_and_what_has_no_value_last(asking: Asking) -> None:
    values = [row["values"] for row in asking.ask("dimensions")["dimensions"]]
    assert [min(number, 2) for number in values] == sorted(
        (min(number, 2) for number in values), reverse=True
    )


def test_keys_of_the_metadata_stand_with_how_many_runs_have_them(asking: Asking) -> None:
    answer = asking.ask("dimensions")
    assert answer["metadata"] == [
        {"name": "metadata.folder", "key": "folder", "runs": 3},
        {"name": "metadata.team", "key": "team", "runs": 1},
    ]
    assert answer["others"] == 0
    cut = asking.ask("dimensions", limit=1)
    assert ([row["key"] for row in cut["metadata"]], cut["others"]) == (["folder"], 1)


def test_a_name_of_the_answer_is_what_spend_takes(asking: Asking) -> None:
    answer = asking.ask("dimensions")
    for row in [*answer["dimensions"], *answer["metadata"]]:
        assert asking.ask("spend", by=row["name"])["by"] == row["name"]


def test_a_filter_and_a_project_narrow_it(asking: Asking) -> None:
    rows = named(asking.ask("dimensions", filter='eq(model, "gpt-5")'))
    assert (rows["model"]["values"], rows["model"]["runs"]) == (1, 2)


def test_more_than_a_hundred_values_are_not_counted(store: Store) -> None:
    insert_runs(store, [a_run(name=f"step {number}") for number in range(100)])
    assert named(Asking(store).ask("dimensions"))["name"] == {
        "name": "name",
        "values": 100,
        "more": False,
        "runs": 100,
    }
    insert_runs(store, [a_run(name="one more")])
    row = named(Asking(store).ask("dimensions"))["name"]
    assert (row["values"], row["more"]) == (100, True)


def test_of_very_many_runs_the_latest_are_read_and_the_answer_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dimensions, "ENOUGH", 10)
    runs = [a_run(name="old", started_at=SINCE + timedelta(seconds=1)) for _ in range(30)]
    runs += [a_run(name="new", started_at=NOON + timedelta(hours=11)) for _ in range(10)]
    insert_runs(store, runs)
    answer = Asking(store).ask("dimensions")
    assert (answer["read"]["runs"], answer["read"]["of"]) == (10, 40)
    assert answer["read"]["since"] > SINCE.isoformat()
    assert named(answer)["name"]["values"] == 1


def test_a_sample_looks_further_back_where_it_has_been_quiet(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dimensions, "ENOUGH", 10)
    insert_runs(store, [a_run(name="old", started_at=SINCE + timedelta(seconds=1)) for _ in range(30)])
    answer = Asking(store).ask("dimensions")
    assert (answer["read"]["runs"], answer["read"]["of"]) == (10, 30)


def test_a_scope_without_runs_has_dimensions_without_values(store: Store) -> None:
    answer = Asking(store).ask("dimensions")
    assert {row["values"] for row in answer["dimensions"]} == {0}
    assert (answer["metadata"], answer["read"]["of"]) == ([], 0)


def test_a_parameter_that_it_does_not_know_is_refused(asking: Asking) -> None:
    assert "by" in asking.refusal("dimensions", by="model")
