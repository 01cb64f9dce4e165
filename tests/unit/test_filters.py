from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from econome.analytics.dimension import Dimension
from econome.analytics.filter_fields import FIELDS, FieldKind
from econome.analytics.filter_syntax import (
    And,
    Comparison,
    Expression,
    Not,
    OfAny,
    OfRoot,
    Or,
    parse,
    print_filter,
)
from econome.analytics.filters import BadFilter, compile_expression, compile_filter
from econome.analytics.langsmith import stats_of
from econome.analytics.paging import Sort, SortBy
from econome.analytics.runs import count_runs, count_traces, page_of_runs, page_of_traces
from econome.analytics.spend import spend_by
from econome.analytics.totals import totals
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store
from econome.store.question import Question
from seeding import NOON, PROJECT, a_call, a_run, an_id, insert_payload, insert_rows, insert_runs

SCOPE = Scope(DEFAULT_WORKSPACE, NOON - timedelta(hours=1), NOON + timedelta(hours=1))
NAMES = Question(
    "names",
    """
select name from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)}
       and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and /* filter */ 1
order by name
""",
)
ALL = {"answer", "chat", "fail", "other", "plan", "stranger", "think", "twin"}


@dataclass(frozen=True, slots=True)
class Named:
    name: str


@pytest.fixture(scope="module")
def seeded(shared_store: Store) -> Store:
    """Two small traces and a failed one, and a stranger's in another workspace."""
    chat = a_run("chat", kind="chain", lasts=12.0, tags=["beta", "eu"], session="thread-1", user="anna")
    chat.metadata = {"user": "anna", "tries": "3", "ok": "true", "plan": "free"}
    plan = a_run("plan", parent=chat, after=1, kind="chain", lasts=0.25, metadata={"plan": "anna"})
    think = a_call(
        "think",
        (1000, 50),
        parent=plan,
        after=1,
        model="gpt-5",
        provider="openai",
        cache_read=400,
        reasoning=20,
        cost=Decimal("0.0015"),
        input_cost=Decimal("0.001"),
        output_cost=Decimal("0.0005"),
        first_token_at=NOON + timedelta(seconds=2.3),
        temperature=0.2,
    )
    answer = a_call("answer", (200, 30), parent=chat, after=3, model="claude", provider="anthropic")
    twin = a_call("twin", (200, 30), parent=answer, after=0, counted=False)
    fail = a_run("fail", kind="tool", status="error", error="TimeoutError: too slow", lasts=None, after=60)
    other = a_run(
        "other", kind="retriever", after=120, project=an_id("shop"), reference_example_id=an_id("example")
    )
    stranger = a_run("stranger", workspace=an_id("their workspace"), tags=["beta"], metadata={"user": "anna"})
    insert_runs(shared_store, chat, plan, think, answer, twin, fail, other, stranger)
    insert_payload(
        shared_store, chat, inputs='{"question": "Où est la “clé”?", "n": 1}', extra='{"metadata": {}}'
    )
    insert_payload(
        shared_store, chat, "patch", outputs='{"answer": {"text": "sous\\nle paillasson", "score": 0.5}}'
    )
    insert_payload(shared_store, other, inputs='{"question": "caf\\u00e9", "n": 12}')
    insert_payload(shared_store, fail, "patch", error="Traceback …\nTimeoutError: too slow after all")
    insert_payload(shared_store, stranger, inputs='{"question": "clé"}')
    seen = {"created_at": NOON, "modified_at": NOON, "version": 1}
    mine = {"workspace": DEFAULT_WORKSPACE, **seen}
    feedback: list[dict[str, object]] = [
        {"id": an_id("f1"), "run_id": chat.id, "key": "stars", "score": 1.0, "value": '"good"', **mine},
        {"id": an_id("f2"), "run_id": chat.id, "key": "speed", "score": 0.2, "value": "", **mine},
        {"id": an_id("f3"), "run_id": think.id, "key": "stars", "score": 0.2, "value": "", **mine},
        {"id": an_id("f4"), "run_id": answer.id, "key": "note", "score": None, "value": "7", **mine},
    ]
    theirs = {"id": an_id("f5"), "run_id": other.id, "key": "stars", "score": 1.0, "value": "", **seen}
    insert_rows(shared_store, "feedback", [*feedback, {**theirs, "workspace": an_id("their workspace")}])
    project = {
        "workspace": DEFAULT_WORKSPACE,
        "id": an_id("shop"),
        "name": "the shop",
        "created_at": NOON,
        "version": 1,
    }
    insert_rows(shared_store, "projects", [project])
    return shared_store


def kept(store: Store, asked: str | Expression, scope: Scope = SCOPE) -> set[str]:
    condition = compile_filter(asked) if isinstance(asked, str) else compile_expression(asked)
    return {row.name for row in store.ask(Named, NAMES, condition, **scope.parameters())}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # each field of LangSmith's
        (f'eq(id, "{an_id("chat")}")', "chat"),
        (f'in(id, ["{an_id("chat")}", "{an_id("think")}", "{an_id("stranger")}"])', "chat think"),
        ('eq(name, "think")', "think"),
        ('in(name, ["think", "plan"])', "think plan"),
        ('search(name, "IN")', "think twin"),
        ('eq(run_type, "llm")', "think answer twin"),
        ('eq(status, "error")', "fail"),
        ('gt(start_time, "2026-03-18T12:00:59Z")', "fail other"),
        ('lt(start_time, "2026-03-18T13:00:00.5+01:00")', "chat"),
        ("gte(start_time, 1773835260000)", "fail other"),
        ('gt(end_time, "2026-03-18T12:01:00")', "other"),
        ("eq(end_time, null)", "fail"),
        ("gt(latency, 10)", "chat"),
        ('gt(latency, "10s")', "chat"),
        ('lte(latency, "250ms")', "plan"),
        ("lt(latency, 0.3)", "plan"),
        ('lt(first_token_time, "2026-03-18T12:00:05Z")', "think"),
        ("lt(time_to_first_token, 0.5)", "think"),
        ("neq(error, null)", "fail"),
        ('search(error, "timeout")', "fail"),
        ('has(tags, "beta")', "chat"),
        ('in(tags, ["eu", "us"])', "chat"),
        ('eq(thread_id, "thread-1")', "chat"),
        (f'eq(trace_id, "{an_id("chat")}")', "chat plan think answer twin"),
        (f'eq(parent_run_id, "{an_id("chat")}")', "plan answer"),
        ("eq(parent_run_id, null)", "chat fail other"),
        ("eq(is_root, true)", "chat fail other"),
        ("eq(is_root, false)", "plan think answer twin"),
        ("eq(execution_order, 1)", "chat fail other"),
        (f'eq(reference_example_id, "{an_id("example")}")', "other"),
        ("neq(reference_example_id, null)", "other"),
        (f'eq(session_id, "{an_id("shop")}")', "other"),
        # tokens and cost of a run are those below it, each counted once
        ("eq(total_tokens, 1280)", "chat"),
        ("eq(prompt_tokens, 1000)", "plan think"),
        ("gt(completion_tokens, 60)", "chat"),
        ("eq(total_tokens, 230)", "answer twin"),
        ("eq(total_tokens, null)", "fail other"),
        ("lt(total_tokens, 300)", "answer twin"),
        ("in(input_tokens, [200, 1000])", "plan think answer twin"),
        ("gte(total_cost, 0.0015)", "chat plan think"),
        ('eq(prompt_cost, "0.001")', "chat plan think"),
        ("lt(completion_cost, 0.0005)", ""),
        # pairs
        ('eq(metadata_key, "user")', "chat"),
        ('eq(metadata_value, "anna")', "chat plan"),
        ('and(eq(metadata_key, "user"), eq(metadata_value, "anna"))', "chat"),
        ('and(eq(metadata_key, "plan"), eq(metadata_value, "anna"))', "plan"),
        ('and(eq(metadata_key, "plan"), neq(metadata_value, "anna"))', "chat"),
        ('and(in(metadata_key, ["x", "plan"]), eq(metadata_value, "free"))', "chat"),
        ('and(eq(metadata_key, "tries"), gt(metadata_value, 2))', "chat"),
        ('and(eq(metadata_key, "tries"), eq(metadata_value, 3))', "chat"),
        ('and(eq(metadata_key, "ok"), eq(metadata_value, true))', "chat"),
        (
            (
                'and(eq(metadata_key, "user"), eq(metadata_value, "anna"), eq(metadata_key, "plan"), '
                'eq(metadata_value, "free"))'
            ),
            "chat",
        ),
        ('and(and(eq(metadata_key, "plan")), and(eq(metadata_value, "anna")))', "chat plan"),
        ('neq(metadata_key, "plan")', "think answer twin fail other"),
        ('exists(metadata, "tries")', "chat"),
        ('has(metadata, \'{"user": "anna", "tries": 3}\')', "chat"),
        ('has(metadata, \'{"user": "anna", "tries": 4}\')', ""),
        ("has(metadata, '{\"ok\": true}')", "chat"),
        ('eq(feedback_key, "stars")', "chat think"),
        ("eq(feedback_score, 0.2)", "chat think"),
        ('and(eq(feedback_key, "stars"), eq(feedback_score, 1))', "chat"),
        ('and(eq(feedback_key, "stars"), lt(feedback_score, 0.5))', "think"),
        ('and(eq(feedback_key, "note"), eq(feedback_score, null))', "answer"),
        ('eq(feedback_value, "good")', "chat"),
        ("eq(feedback_value, 7)", "answer"),
        # payloads
        ('search("CLÉ")', "chat"),
        ('search("café")', "other"),
        ('search("sous\\nle")', "chat"),
        ('search("after all")', "fail"),
        ('search("thread-1")', "chat"),
        ('search("eu")', "chat"),
        ('search(inputs, "“clé”")', "chat"),
        ('search(outputs, "paillasson")', "chat"),
        ('search(inputs, "paillasson")', ""),
        ('eq(inputs_key, "question")', "chat other"),
        ('and(eq(inputs_key, "question"), eq(inputs_value, "café"))', "other"),
        ('and(eq(inputs_key, "n"), eq(inputs_value, 12))', "other"),
        ('and(eq(inputs_key, "n"), gt(inputs_value, 2))', "other"),
        ('and(eq(outputs_key, "answer.score"), gte(outputs_value, 0.5))', "chat"),
        ('and(eq(outputs_key, "answer.text"), search(outputs_value, "paillasson"))', "chat"),
        ('exists(outputs, "answer")', "chat"),
        # ours
        ('eq(model, "gpt-5")', "think"),
        ('eq(provider, "anthropic")', "answer"),
        ('eq(user, "anna")', "chat"),
        ('eq(project, "the shop")', "other"),
        (f'eq(project, "{an_id("shop")}")', "other"),
        ('neq(project, "the shop")', "chat plan think answer twin fail"),
        ('eq(tag, "eu")', "chat"),
        ("eq(priced, true)", "think"),
        ("eq(counted, true)", "think answer"),
        ("lte(temperature, 0.2)", "think"),
        ("gt(cache_read_tokens, 0)", "chat plan think"),
        # logic
        ('and(or(has(tags, "eu"), eq(name, "fail")), neq(error, null))', "fail"),
        ("not(eq(is_root, true))", "plan think answer twin"),
        ("not(gt(latency, 0.5))", "plan fail"),
        (
            (
                'and(gt(start_time, "2023-07-15T12:34:56Z"), or(neq(error, null), '
                'and(eq(feedback_key, "stars"), eq(feedback_score, 0.2))))'
            ),
            "fail think",
        ),
        ('and(eq(run_type, "chain"), gt(latency, 10), gt(total_tokens, 1000))', "chat"),
    ],
)
def test_a_filter_keeps_just_the_runs_it_speaks_of(seeded: Store, text: str, names: str) -> None:
    assert kept(seeded, text) == set(names.split())


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (OfRoot(parse('has(tags, "beta")')), "chat plan think answer twin"),
        (OfRoot(parse('eq(name, "think")')), ""),
        (OfAny(parse('eq(name, "think")')), "chat plan think answer twin"),
        (
            And((parse('eq(run_type, "llm")'), OfRoot(parse('eq(feedback_key, "speed")')))),
            "think answer twin",
        ),
        (Not(OfAny(parse('eq(status, "success")'))), "fail"),
    ],
)
def test_a_filter_on_the_trace_keeps_runs_of_such_traces(
    seeded: Store, expression: Expression, names: str
) -> None:
    assert kept(seeded, expression) == set(names.split())


def test_an_empty_filter_keeps_everything() -> None:
    assert compile_filter("  ") is EVERYTHING


@cache
def _samples() -> list[str]:
    """A comparison of each field with each of its operators."""
    literals = {
        FieldKind.ID: f'"{an_id("chat")}"',
        FieldKind.TIME: '"2026-03-18T12:00:01Z"',
        FieldKind.BOOLEAN: "true",
        FieldKind.NUMBER: "1",
        FieldKind.ROLLED_NUMBER: "200",
        FieldKind.ROLLED_MONEY: "0.001",
        FieldKind.SECONDS: '"1s"',
        FieldKind.METADATA: '\'{"user": "anna"}\'',
    }
    samples = []
    for name, target in FIELDS.items():
        literal = literals.get(target.of if target.kind is FieldKind.PAIR else target.kind, '"anna"')
        for op in ("eq", "neq", "gt", "gte", "lt", "lte", "in", "has", "exists", "search"):
            value = f"[{literal}, null]" if op == "in" else literal
            text = f"{op}({name}, {value})"
            try:
                compile_filter(text)
            except BadFilter:
                continue
            samples.append(text)
        if target.kind not in {FieldKind.METADATA, FieldKind.PAYLOAD}:
            samples.append(f"neq({name}, null)")
    return samples


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_negation_keeps_just_the_others(seeded: Store, field: str) -> None:
    """And every comparison of every field is one that the store understands."""
    samples = [text for text in _samples() if f"({field}," in text]
    assert samples
    for text in samples:
        assert kept(seeded, f"not({text})") == ALL - {"stranger"} - kept(seeded, text), text


def test_a_filter_means_the_same_in_every_question(seeded: Store) -> None:
    """Questions name their sums like the columns: a filter must still mean the columns."""
    for name in FIELDS:
        text = next(text for text in _samples() if f"({name}," in text)
        scope = replace(SCOPE, filter=compile_filter(text))
        runs = len(kept(seeded, text))
        assert totals(seeded, scope).runs == count_runs(seeded, scope) == runs, text
        page = page_of_runs(seeded, scope, Sort(SortBy.COST), None, 100)
        assert len(page.rows) == stats_of(seeded, scope).runs == runs, text
        traces = page_of_traces(seeded, scope, Sort(SortBy.COST), None, 100)
        assert len(traces.rows) == count_traces(seeded, scope), text
        assert sum(one.runs for one in spend_by(seeded, scope, Dimension.NAME)) == runs, text


LEAVES = st.sampled_from(_samples()).map(parse)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(LEAVES, LEAVES)
def test_and_or_and_not_are_those_of_sets(seeded: Store, one: Expression, other: Expression) -> None:
    left, right = kept(seeded, one), kept(seeded, other)
    assert kept(seeded, And((And((one,)), And((other,))))) == left & right
    assert kept(seeded, Or((one, other))) == left | right


def test_literals_are_bound_and_never_spliced(seeded: Store) -> None:
    evil = "x') or 1 = 1 --\\'\"{workspace:UUID}\t\n"
    for field in ("name", "metadata_value", "inputs_value", "feedback_key", "project", "tags"):
        op = "has" if field == "tags" else "eq"
        asked = Comparison(op, field, evil)
        condition = compile_filter(print_filter(asked))
        assert "1 = 1" not in condition.sql
        assert kept(seeded, asked) == set()
    assert kept(seeded, Comparison("search", "", evil)) == set()


def test_no_condition_looks_into_another_workspace(seeded: Store) -> None:
    theirs = Scope(an_id("their workspace"), SCOPE.since, SCOPE.until)
    for text in (
        'eq(feedback_key, "stars")',
        'search("clé")',
        'eq(project, "the shop")',
        'eq(inputs_key, "n")',
    ):
        assert kept(seeded, text, theirs) <= {"stranger"}
    assert kept(seeded, OfRoot(parse('has(tags, "beta")')), theirs) == {"stranger"}
    assert "stranger" not in kept(seeded, f'eq(id, "{an_id("stranger")}")')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('eq(nmae, "a")', "position 0: there is no field 'nmae'; did you mean name? Known are id, name"),
        ('eq(zzzzzz, "a")', "there is no field 'zzzzzz'; known are id, name"),
        ('and(eq(name, "a"), eq(id, "b"))', 'position 19: id is compared with a UUID, not with "b"'),
        ('gt(start_time, "yesterday")', "start_time is compared with a time"),
        ('gt(latency, "5 s")', 'seconds (5, 0.3) or "5s"'),
        ('gt(total_tokens, "many")', "total_tokens is compared with a number"),
        ("gt(total_cost, true)", "total_cost is compared with an amount in US dollars, not with true"),
        ('gt(total_cost, "1e30")', "amount in US dollars"),
        ('eq(is_root, "maybe")', "true or false"),
        ("gt(latency, null)", "null is neither more nor less"),
        ('eq(name, ["a"])', "a list goes with in(name, […])"),
        ('has(id, "a")', "id cannot be compared with has; it can with eq, neq, in"),
        ('has(metadata, "user")', "takes the JSON text of an object"),
        ("has(metadata, '[1]')", "takes the JSON text of an object"),
        ('eq(metadata, "a")', "it can with has, exists, search"),
        ('has(feedback_score, "a")', "feedback_score cannot be compared with has"),
        ("search(null)", "null is not a field"),
        ("search(name, null)", "search looks for one text"),
        ('gt(start_time, "0001-01-01T00:00:00+14:00")', "start_time is compared with a time"),
    ],
)
def test_a_filter_without_sense_says_what_would_have_some(text: str, words: str) -> None:
    with pytest.raises(BadFilter) as caught:
        compile_filter(text)
    assert words in str(caught.value)


def test_absurd_dates_are_no_trouble(seeded: Store) -> None:
    assert kept(seeded, 'gt(start_time, "0500-01-01")') == ALL - {"stranger"}
    assert kept(seeded, 'gt(start_time, "9999-12-31T23:59:59Z")') == set()


def test_projects_narrow_what_a_filter_keeps(seeded: Store) -> None:
    scope = Scope(DEFAULT_WORKSPACE, SCOPE.since, SCOPE.until, (an_id("shop"),))
    assert kept(seeded, "eq(is_root, true)", scope) == {"other"}
    assert UUID(int=0) != PROJECT


def test_the_reference_names_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "langsmith.md").read_text("utf-8")
    assert [name for name in FIELDS if f"`{name}`" not in page] == []
