"""The tree of a trace: everything in its place, whatever the runs claim."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_run, an_id
from econome.domain.run import Run
from econome.domain.trace import Node, tree


def at(seconds: float) -> dict[str, object]:
    return {"started_at": NOON + timedelta(seconds=seconds)}


def between(start: float, end: float) -> dict[str, object]:
    return {**at(start), "ended_at": NOON + timedelta(seconds=end)}


def names(nodes: list[Node[Run]]) -> list[str]:
    return [node.run.name for node in nodes]


def node_of(nodes: list[Node[Run]], run: Run) -> Node[Run]:
    return next(node for node in nodes if node.run is run)


def critical(nodes: list[Node[Run]]) -> set[str]:
    return {node.run.name for node in nodes if node.is_critical}


def test_no_run_makes_no_tree() -> None:
    assert tree([]) == []


def test_runs_stand_in_pre_order_and_siblings_by_start() -> None:
    root = a_run(name="root", **between(0, 10))
    late = a_run(name="late", parent=root, **between(5, 9))
    early = a_run(name="early", parent=root, **between(1, 4))
    below = a_run(name="below", parent=early, **between(2, 3))
    nodes = tree([below, late, root, early])
    assert names(nodes) == ["root", "early", "below", "late"]
    assert [node.depth for node in nodes] == [0, 1, 2, 1]
    assert [node.children for node in nodes] == [2, 1, 0, 0]


def test_own_time_is_what_no_child_covers() -> None:
    root = a_run(**between(0, 10))
    children = [a_run(parent=root, **between(1, 4)), a_run(parent=root, **between(3, 6))]
    assert node_of(tree([root, *children]), root).self_time == timedelta(seconds=10 - 5)


def test_a_child_that_outlives_its_parent_covers_only_what_the_parent_lived() -> None:
    root = a_run(**between(0, 10))
    child = a_run(parent=root, **between(8, 30))
    assert node_of(tree([root, child]), root).self_time == timedelta(seconds=8)


def test_a_run_under_way_has_no_own_time_yet() -> None:
    root = a_run(status="pending", **at(0))
    assert tree([root])[0].self_time is None


def test_a_child_under_way_covers_the_rest() -> None:
    root = a_run(**between(0, 10))
    child = a_run(parent=root, status="pending", **at(4))
    assert node_of(tree([root, child]), root).self_time == timedelta(seconds=4)


def test_the_critical_path_walks_back_from_the_child_that_ends_last() -> None:
    root = a_run(name="root", **between(0, 10))
    runs = [
        root,
        a_run(name="first", parent=root, **between(0, 4)),
        a_run(name="beside", parent=root, **between(4.5, 7)),  # ends while "last" is under way
        a_run(name="last", parent=root, **between(5, 9)),
    ]
    assert critical(tree(runs)) == {"root", "first", "last"}


def test_the_critical_path_goes_down_into_the_run_that_keeps_the_others_waiting() -> None:
    root = a_run(name="root", **between(0, 10))
    slow = a_run(name="slow", parent=root, **between(1, 9))
    runs = [
        root,
        slow,
        a_run(name="call", parent=slow, **between(2, 9)),
        a_run(name="quick", parent=root, **between(1, 2)),
    ]
    assert critical(tree(runs)) == {"root", "slow", "call"}


def test_a_child_that_outlives_all_decides_the_end() -> None:
    root = a_run(name="root", **between(0, 3))
    runs = [
        root,
        a_run(name="waited for", parent=root, **between(0, 2)),
        a_run(name="sent off", parent=root, **between(1, 20)),
    ]
    assert critical(tree(runs)) == {"root", "sent off"}


def test_a_subtree_adds_up_counted_runs_only() -> None:
    root = a_run(counted=False, uncached=999, cost=Decimal(9), **between(0, 10))
    call = a_run(parent=root, uncached=10, text_out=2, cost=Decimal("0.25"))
    again = a_run(parent=call, uncached=10, text_out=2, cost=Decimal("0.25"), counted=False)
    other = a_run(parent=root, uncached=5, cost=Decimal("0.5"))
    used = node_of(tree([root, call, again, other]), root).used
    assert used.calls == 2
    assert used.cost == Decimal("0.25") + Decimal("0.5")
    assert used.tokens == {"uncached": 15, "text_out": 2, "input_tokens": 15, "output_tokens": 2}


def test_estimates_stand_beside_a_subtree_s_sums_and_its_coverage_tells_all() -> None:
    root = a_run(counted=False, notes=["not counted, hence not marked"], **between(0, 10))
    told = a_run(parent=root, uncached=10, cost=Decimal("0.25"), usage_source="reported", **between(0, 1))
    free = a_run(parent=root, uncached=5, usage_source="counted", notes=["mended"], **between(0, 1))
    guess = a_run(parent=told, uncached=7, cost=Decimal(3), usage_source="estimated", **between(0, 1))
    dark = a_run(kind="llm", parent=root, usage_source="unknown", status="pending", **at(0))
    used = node_of(tree([root, told, free, guess, dark]), root).used
    assert (used.cost, used.tokens) == (Decimal("0.25"), {"uncached": 15, "input_tokens": 15})
    assert (used.estimated_calls, used.estimated_cost) == (1, Decimal(3))
    assert +used.coverage == {
        "calls": 4,
        **dict.fromkeys(("priced", "unpriced", "reported", "counted", "estimated", "unknown"), 1),
        **dict.fromkeys(("settling", "marked"), 1),
    }


def test_what_nobody_knows_is_not_zero() -> None:
    used = tree([a_run(kind="llm")])[0].used
    assert used.calls == 1
    assert used.cost is None
    assert used.tokens == {}


def test_a_run_whose_parent_is_missing_stands_at_the_top_as_an_orphan() -> None:
    root = a_run(name="root", **between(0, 1))
    lost = a_run(name="lost", trace_id=root.trace_id, parent_id=an_id(), **between(2, 3))
    below = a_run(name="below", parent=lost, **between(2, 3))
    nodes = tree([root, lost, below])
    assert [(node.depth, node.is_orphan) for node in nodes] == [(0, False), (0, True), (1, False)]


def test_a_run_that_is_its_own_parent_is_an_orphan() -> None:
    run = a_run(**at(0))
    run.parent_id = run.id
    nodes = tree([run])
    assert [(node.depth, node.children, node.is_orphan) for node in nodes] == [(0, 0, True)]


def test_a_circle_of_parents_is_cut_where_it_starts() -> None:
    first, second, third = a_run(name="1", **at(0)), a_run(name="2", **at(1)), a_run(name="3", **at(2))
    first.parent_id, second.parent_id, third.parent_id = third.id, first.id, second.id
    nodes = tree([third, second, first])
    assert names(nodes) == ["1", "2", "3"]
    assert [node.is_orphan for node in nodes] == [True, False, False]


def test_a_chain_of_twenty_thousand_needs_no_recursion() -> None:
    runs = [a_run(**between(0, 1))]
    for _ in range(20_000):
        runs.append(a_run(parent=runs[-1], **between(0, 1)))
    assert tree(runs)[-1].depth == 20_000


@st.composite
def traces(draw: st.DrawFn) -> list[Run]:
    """Runs whose parents are any of them, themselves included, or nobody, or a stranger."""
    runs = [a_run(id=an_id(number)) for number in range(draw(st.integers(1, 12)))]
    parents = st.sampled_from([None, an_id(99), *(run.id for run in runs)])
    for run in runs:
        run.parent_id = draw(parents)
        run.started_at = NOON + timedelta(seconds=draw(st.integers(0, 20)))
        length = draw(st.one_of(st.none(), st.integers(-5, 20)))
        run.ended_at = None if length is None else run.started_at + timedelta(seconds=length)
        run.counted = draw(st.booleans())
        run.uncached = draw(st.one_of(st.none(), st.integers(0, 9)))
    return runs


@given(traces())
def test_no_run_is_lost_and_none_is_shown_twice(runs: list[Run]) -> None:
    assert sorted(node.run.id for node in tree(runs)) == sorted(run.id for run in runs)


@given(traces())
def test_depths_are_those_of_a_pre_order(runs: list[Run]) -> None:
    nodes = tree(runs)
    assert nodes[0].depth == 0
    for before, after in pairwise(nodes):
        assert after.depth <= before.depth + 1
        if after.depth == before.depth + 1:
            assert after.run.parent_id == before.run.id


@given(traces())
def test_own_time_is_never_negative_nor_longer_than_the_run(runs: list[Run]) -> None:
    for node in tree(runs):
        if node.self_time is not None:
            assert node.run.ended_at is not None
            lived = max(node.run.ended_at - node.run.started_at, timedelta(0))
            assert timedelta(0) <= node.self_time <= lived


@given(traces())
def test_the_critical_path_is_connected_and_starts_at_the_top(runs: list[Run]) -> None:
    above: list[Node[Run]] = []
    tops = 0
    for node in tree(runs):
        del above[node.depth :]
        if node.is_critical:
            tops += node.depth == 0
            assert all(parent.is_critical for parent in above)
        above.append(node)
    assert tops == 1


@given(traces())
def test_the_tops_together_used_what_all_counted_runs_used(runs: list[Run]) -> None:
    tops = [node.used for node in tree(runs) if node.depth == 0]
    known = [run.uncached for run in runs if run.counted and run.uncached is not None]
    assert sum(used.calls for used in tops) == sum(run.counted for run in runs)
    assert sum(used.tokens.get("uncached", 0) for used in tops) == sum(known)
    assert any("uncached" in used.tokens for used in tops) == bool(known)
