"""Each call counts once, though wrappers repeat what they wrap."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from econome.domain.run import UNDATED
from econome.ingest.counting import Member, counted_runs
from econome.ingest.traces import Traces
from econome.wire.otlp.span import langsmith_run_id

WORKSPACE = 1
TRACE = 2


def test_a_chain_over_a_call_leaves_the_call() -> None:
    assert counted(chain(1), call(2, under=1)) == {2}


def test_the_deepest_call_that_knows_its_tokens_counts() -> None:
    assert counted(call(1), chain(2, under=1), call(3, under=2)) == {3}


def test_a_wrapper_counts_when_its_child_knows_nothing() -> None:
    assert counted(call(1), call(2, under=1, known=False)) == {1}


def test_where_nobody_knows_the_deepest_counts() -> None:
    assert counted(call(1, known=False), call(2, under=1, known=False)) == {2}


def test_siblings_count_each() -> None:
    assert counted(chain(1), call(2, under=1), call(3, under=1), call(4, under=1, known=False)) == {2, 3, 4}


def test_an_ignorant_child_beside_a_knowing_one_is_another_call_of_the_wrapper() -> None:
    # The wrapper's own sum is not used: one of its children tells. The other is under it, hence part of it.
    assert counted(call(1), call(2, under=1), call(3, under=1, known=False)) == {2}


def test_parents_that_run_in_a_circle_end() -> None:
    assert counted(call(1, under=2), call(2, under=1)) == {1}
    assert counted(call(3, under=1), call(2, under=1), call(1, under=2)) == {3}


def test_what_another_project_sends_takes_nothing_away() -> None:
    assert counted(call(1, project=7), call(2, under=1, project=8)) == {1, 2}


def test_a_chain_of_ten_thousand_wrappers_leaves_the_innermost() -> None:
    deep = [call(1), *(call(number, under=number - 1) for number in range(2, 10_001))]
    assert counted(*deep) == {10_000}


def test_a_late_child_flips_its_parent() -> None:
    traces = Traces()
    key = (WORKSPACE, TRACE)
    outer, inner = call(1), call(2, under=1)
    assert traces.put(key, *outer)
    assert traces[key].recount() == {1}
    assert traces.put(key, *inner)
    assert traces[key].recount() == {1, 2}
    assert traces[key].verdict(1).uncounted == "wrapper"
    assert not traces.put(key, *inner)


def test_memory_of_traces_is_bounded() -> None:
    traces = Traces(capacity=10)
    for number in range(100):
        traces.put((WORKSPACE, number), *call(number))
        traces[WORKSPACE, number].recount()
    assert len(traces.shrink()) == 90
    assert (WORKSPACE, 99) in traces
    assert (WORKSPACE, 1) not in traces


trees = st.lists(
    st.tuples(st.integers(0, 20), st.booleans(), st.booleans()),
    min_size=1,
    max_size=20,
)


@given(trees, st.randoms())
def test_the_order_of_arrival_changes_nothing(tree: list[tuple[int, bool, bool]], chance: object) -> None:
    members = [
        (number, Member(UNDATED, parent if parent < number else None, 0, is_call, is_known))
        for number, (parent, is_call, is_known) in enumerate(tree, 1)
    ]
    expected = counted_runs(dict(members))
    shuffled = list(members)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    traces = Traces()
    key = (WORKSPACE, TRACE)
    for run_id, member in shuffled:
        before = dict(traces[key].verdicts) if key in traces else {}
        traces.put(key, run_id, member)
        changed = traces[key].recount()
        assert changed == {one for one, said in traces[key].verdicts.items() if before.get(one) != said}
    seen = {run_id for run_id, said in traces[key].verdicts.items() if said.is_counted}
    assert seen == expected == counted_runs(dict(shuffled))


@given(trees)
def test_no_counted_call_stands_above_another_that_knows(tree: list[tuple[int, bool, bool]]) -> None:
    members = {
        number: Member(UNDATED, parent if parent < number else None, 0, is_call, is_known)
        for number, (parent, is_call, is_known) in enumerate(tree, 1)
    }
    result = counted_runs(members)
    for run_id in result:
        parent = members[run_id].parent_id
        while parent is not None and parent in members:
            assert not (parent in result and members[run_id].is_known)
            parent = members[parent].parent_id


def call(
    number: int, *, under: int | None = None, known: bool = True, project: int = 0
) -> tuple[int, Member]:
    return number, Member(UNDATED, under or None, project, True, known)


def chain(number: int, *, under: int | None = None) -> tuple[int, Member]:
    return number, Member(UNDATED, under or None, 0, False, False)


def counted(*members: tuple[int, Member]) -> set[int]:
    return counted_runs(dict(members))


def test_a_sum_of_calls_counts_only_where_no_call_below_it_is_known() -> None:
    assert counted(total(1), call(2, under=1)) == {2}
    assert counted(total(1), chain(2, under=1), call(3, under=2), call(4, under=1)) == {3, 4}
    assert counted(total(1), chain(2, under=1)) == {1}
    assert counted(total(1), call(2, under=1, known=False)) == {1}
    assert counted(total(1), total(2, under=1)) == {2}


def test_where_a_sum_does_not_count_a_call_below_it_that_knows_nothing_is_a_call_of_its_own() -> None:
    assert counted(total(1), call(2, under=1), call(3, under=1, known=False)) == {2, 3}
    assert counted(total(1), chain(2, under=1), call(3, under=2, known=False)) == {1}


def test_a_server_s_view_of_a_call_yields_to_its_client_and_to_nobody_else() -> None:
    assert counted(call(1), served(2, under=1)) == {1}
    assert counted(call(1), chain(2, under=1), served(3, under=2)) == {1}
    assert counted(call(1, known=False), served(2, under=1)) == {2}
    assert counted(total(1), served(2, under=1)) == {2}
    assert counted(chain(1), served(2, under=1), served(3, under=1)) == {2, 3}
    assert counted(served(1)) == {1}


def test_a_client_s_call_between_two_views_of_servers_counts() -> None:
    assert counted(served(1), call(2, under=1), served(3, under=2)) == {2}


def test_a_span_that_is_half_of_a_run_yields_to_the_whole_run() -> None:
    whole = UUID("019302a1-5b6c-7def-8123-456789abcdef").int
    half = langsmith_run_id(b"t" * 16, whole.to_bytes(16)[:8]).int
    other = langsmith_run_id(b"t" * 16, b"\x01\x93\x02\xa1\x5b\x6c\x7d\x00").int
    assert counted(call(whole), call(half), call(other)) == {whole, other}
    assert counted(call(half), call(other)) == {half, other}


def total(number: int, under: int | None = None) -> tuple[int, Member]:
    run_id, member = call(number, under=under)
    return run_id, replace(member, is_sum=True)


def served(number: int, under: int | None = None) -> tuple[int, Member]:
    run_id, member = call(number, under=under)
    return run_id, replace(member, is_server=True)
