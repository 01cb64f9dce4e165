"""What a filter means, and what could stand where somebody types one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from asking import Asking
from builders import a_run, insert_runs
from econome.domain.project import DEFAULT_WORKSPACE
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def test_a_filter_is_told_in_both_notations_and_term_by_term(asking: Asking) -> None:
    told = asking.tell("filter", text='model:a,b -status:error metadata.plan:pro "no idea"')
    assert told["filter"] == (
        'and(in(model, ["a", "b"]), neq(status, "error"), '
        'has(metadata, "{\\"plan\\": \\"pro\\"}"), search("no idea"))'
    )
    assert told["line"] == 'model:a,b -status:error metadata.plan:pro "no idea"'
    assert [(one["by"], one["values"], one["excludes"]) for one in told["terms"]] == [
        ("model", ["a", "b"], False),
        ("status", ["error"], True),
        ("metadata.plan", ["pro"], False),
        (None, [], False),
    ]
    assert asking.tell("filter", text=told["filter"]) == told
    assert told["fault"] is None


def test_a_choice_of_several_values_that_are_not_wanted_is_one_too(asking: Asking) -> None:
    [term] = asking.tell("filter", text="-tag:a,b")["terms"]
    assert (term["by"], term["values"], term["excludes"]) == ("tag", ["a", "b"], True)
    [term] = asking.tell("filter", text="-metadata.plan:a,b")["terms"]
    assert (term["by"], term["values"], term["excludes"]) == ("metadata.plan", ["a", "b"], True)


def test_nothing_is_a_filter_too(asking: Asking) -> None:
    assert asking.tell("filter", text=" ") == {"filter": "", "line": "", "terms": [], "fault": None}


def test_what_is_wrong_with_a_filter_is_an_answer(asking: Asking) -> None:
    fault = asking.tell("filter", text="status:error colour:red")["fault"]
    assert (fault["at"], fault["end"]) == (13, 19)
    assert "colour" in fault["message"]
    assert asking.tell("filter", text="cost>much")["fault"]["at"] == 0


def test_both_notations_narrow_alike(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(name="dear", model="m", cost=Decimal("0.05"), tags=["beta"]),
            a_run(name="cheap", model="m", cost=Decimal("0.001")),
        ],
    )
    for text in ("cost>0.01", "gt(total_cost, 0.01)", "tag:beta", "model:m -name:cheap"):
        assert [row["name"] for row in asking.ask("runs", filter=text)["rows"]] == ["dear"]


def test_fields_are_completed_the_usual_ones_first(asking: Asking) -> None:
    names = [one["name"] for one in asking.ask("complete", q="la")["fields"]]
    assert names[0] == "latency"
    assert asking.ask("complete")["fields"][0]["name"] == "model"
    cost = next(one for one in asking.ask("complete", q="cost")["fields"] if one["name"] == "cost")
    assert cost == {"name": "cost", "field": "total_cost", "signs": [":", ">", ">=", "<", "<=", "!="]}


def test_values_are_completed_with_their_counts(asking: Asking) -> None:
    shop = asking.projects.by_name(DEFAULT_WORKSPACE, "the shop")
    insert_runs(
        asking.store,
        [
            *(a_run(model="GPT-4o", project=shop, tags=["beta"]) for _ in range(2)),
            a_run(model="gpt-5", metadata={"plan": "pro"}),
            a_run(model="claude"),
        ],
    )
    told = asking.ask("complete", field="model", q="gpt")
    assert told["values"] == [
        {"value": "GPT-4o", "label": "GPT-4o", "runs": 2},
        {"value": "gpt-5", "label": "gpt-5", "runs": 1},
    ]
    assert told["whole"] is True
    assert asking.ask("complete", field="tags", q="b")["values"][0]["value"] == "beta"
    assert asking.ask("complete", field="metadata.plan")["values"][0]["value"] == "pro"
    [project] = asking.ask("complete", field="project", q="SHOP")["values"]
    assert (project["value"], project["label"]) == (str(shop), "the shop")
    assert asking.ask("complete", field="cost")["values"] == []


def test_a_facet_alone_is_searched_and_tells_how_much_it_leaves_out(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(user=f"user-{n}") for n in range(5)] + [a_run(user="Anna")])
    [facet] = asking.ask("facets", by="user", q="USER", limit=2)["facets"]
    assert [one["value"] for one in facet["values"]] == ["user-0", "user-1"]
    assert facet["others"] == 3
    [facet] = asking.ask("facets", by="user", q="ann")["facets"]
    assert ([one["value"] for one in facet["values"]], facet["others"]) == (["Anna"], 0)
    [facet] = asking.ask("facets", by="user", limit=6)["facets"]
    assert (len(facet["values"]), facet["others"]) == (6, 0)
