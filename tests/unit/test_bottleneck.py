"""The bottleneck: what takes most of a trace is named, and nothing is where nothing stands out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from builders import NOON, a_run
from econome.domain.bottleneck import Bottleneck, Unit, bottleneck
from econome.domain.run import Run
from econome.domain.trace import tree


def between(start: float, end: float) -> dict[str, object]:
    return {"started_at": NOON + timedelta(seconds=start), "ended_at": NOON + timedelta(seconds=end)}


def a_call(name: str, parent: Run, start: float = 0, end: float = 1, **said: object) -> Run:
    return a_run(**{"name": name, "model": "gpt-5", "parent": parent, **between(start, end), **said})


def of(runs: list[Run], unit: Unit) -> Bottleneck | None:
    return bottleneck(tree(runs), unit)


def test_the_slowest_on_the_critical_path_is_named_with_its_share() -> None:
    root = a_run(name="root", **between(0, 10))
    slow = a_call("rewrite", root, 1, 8)
    found = of([root, a_call("plan", root, 0, 1), slow], Unit.TIME)
    assert found is not None
    assert (found.name, found.run, found.runs) == ("rewrite", slow.id, 1)
    assert (found.amount, found.share) == (Decimal(8 - 1), 0.7)


def test_what_ran_beside_the_critical_path_is_not_the_bottleneck() -> None:
    root = a_run(name="root", **between(0, 10))
    runs = [root, a_call("beside", root, 0, 6), a_call("first", root, 0, 4), a_call("last", root, 4, 10)]
    found = of(runs, Unit.TIME)
    assert found is not None
    assert (found.name, found.amount) == ("last", Decimal(10 - 4))


def test_many_short_calls_of_one_name_are_one_bottleneck_and_the_longest_stands_for_them() -> None:
    root = a_run(name="root", **between(0, 100))
    loop = [a_call("look", root, second, second + 0.9) for second in range(98)]
    longest = a_call("look", root, 98, 100)
    found = of([root, *loop, longest], Unit.TIME)
    assert found is not None
    assert (found.name, found.runs, found.run) == ("look", 98 + 1, longest.id)
    assert found.amount == 98 * Decimal("0.9") + 2


def test_a_call_that_waits_for_its_first_token_says_so() -> None:
    root = a_run(name="root", **between(0, 5))
    call = a_call("ask", root, 0, 5, first_token_at=NOON + timedelta(seconds=3.1))
    found = of([root, call], Unit.TIME)
    assert found is not None
    assert (found.why, found.why_amount) == ("first_token", Decimal("3.1"))


def test_a_call_that_writes_for_long_says_so() -> None:
    root = a_run(name="root", **between(0, 5))
    call = a_call("ask", root, 0, 5, first_token_at=NOON + timedelta(seconds=0.5))
    found = of([root, call], Unit.TIME)
    assert found is not None
    assert (found.why, found.why_amount) == ("generation", Decimal("4.5"))


def test_a_first_token_outside_of_its_call_explains_nothing() -> None:
    root = a_run(name="root", **between(0, 5))
    call = a_call("ask", root, 0, 5, first_token_at=NOON - timedelta(seconds=5))
    found = of([root, call], Unit.TIME)
    assert found is not None
    assert found.why == ""


def test_a_step_that_works_while_no_child_does_is_named_for_itself() -> None:
    root = a_run(name="root", **between(0, 10))
    found = of([root, a_call("ask", root, 0, 1)], Unit.TIME)
    assert found is not None
    assert (found.name, found.why, found.why_amount) == ("root", "itself", Decimal(9))


def test_nothing_is_said_while_the_critical_path_is_under_way() -> None:
    root = a_run(name="root", **between(0, 10))
    pending = a_call("ask", root, 0, ended_at=None, status="pending")
    assert of([root, pending], Unit.TIME) is None


def test_nothing_is_said_when_nothing_stands_out() -> None:
    root = a_run(name="root", **between(0, 4))
    runs = [root, *(a_call(f"part {at}", root, at, at + 1, cost=Decimal(1), uncached=10) for at in range(4))]
    assert of(runs, Unit.TIME) is None
    assert of(runs, Unit.COST) is None
    assert of(runs, Unit.TOKENS) is None


def test_nothing_is_said_of_nothing() -> None:
    assert of([], Unit.TIME) is None
    lone = a_run(name="lone", **between(0, 1))
    assert [of([lone], unit) for unit in Unit] == [None, None, None]
    assert of([a_run(**between(1, 1))], Unit.TIME) is None


def test_the_dearest_is_named_wherever_it_ran_with_which_side_it_pays_for() -> None:
    root = a_run(name="root", **between(0, 10))
    dear = a_call("judge", root, cost=Decimal(6), input_cost=Decimal(5), output_cost=Decimal(1))
    found = of([root, dear, a_call("ask", root, 1, 9, cost=Decimal(2))], Unit.COST)
    assert found is not None
    assert (found.name, found.amount, found.share) == ("judge", Decimal(6), 6 / (6 + 2))
    assert (found.why, found.why_amount) == ("input", Decimal(5))


def test_what_is_in_no_sum_is_no_bottleneck() -> None:
    root = a_run(name="root")
    ask = a_call("ask", root, cost=Decimal(1), uncached=10)
    twin = a_call("ask", root, cost=Decimal(2), uncached=20)
    guess = a_call("guess", root, cost=Decimal(99), uncached=99, usage_source="estimated")
    twice = a_call("wrapper", root, cost=Decimal(99), uncached=99, counted=False)
    for unit, amount in ((Unit.COST, Decimal(1 + 2)), (Unit.TOKENS, Decimal(10 + 20))):
        found = of([root, ask, twin, guess, twice], unit)
        assert found is not None
        assert (found.name, found.amount, found.run) == ("ask", amount, twin.id)


def test_most_tokens_are_named_by_their_bucket() -> None:
    root = a_run(name="root")
    call = a_call("ask", root, cache_read=800, uncached=100, text_out=50)
    found = of([root, call, a_call("other", root, uncached=50)], Unit.TOKENS)
    assert found is not None
    assert (found.why, found.why_amount) == ("cache_read", Decimal(800))
    assert found.share == (800 + 100 + 50) / (800 + 100 + 50 + 50)
