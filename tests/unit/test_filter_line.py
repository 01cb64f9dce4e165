"""The short notation of filters: what people type, and the long notation it stands for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.analytics.filter_fields import FIELDS
from econome.analytics.filter_line import is_long, read_filter, read_line
from econome.analytics.filter_print import print_line, terms_of
from econome.analytics.filter_syntax import (
    COMPARATORS,
    And,
    BadFilter,
    Comparison,
    Expression,
    Not,
    Or,
    parse,
    print_filter,
)
from econome.analytics.filters import compile_filter

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["gpt-4o", "a b", "*", "5", "-x", "true", 'it"s', "a,b", "eq(", "x:y"]
)
SCALARS = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
)
COMPARISONS = (
    st.builds(
        Comparison,
        st.sampled_from(COMPARATORS),
        st.sampled_from([*FIELDS]),
        SCALARS | st.lists(SCALARS, max_size=3).map(tuple),
    )
    | st.builds(Comparison, st.just("search"), st.just(""), TEXTS)
    | st.builds(
        lambda key, value: Comparison("has", "metadata", json.dumps({key: value}, ensure_ascii=False)),
        TEXTS,
        TEXTS,
    )
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_a_filter_written_as_a_line_reads_back_as_the_same_tree(expression: Expression) -> None:
    assert read_line(print_line(expression)) == expression


@given(EXPRESSIONS)
def test_either_notation_is_known_by_its_form(expression: Expression) -> None:
    assert read_filter(print_filter(expression)) == expression
    assert read_filter(print_line(expression)) == expression


@given(st.text(max_size=80) | st.text('ab:="-,()*>~. ', max_size=40))
def test_any_text_is_a_line_or_a_bad_one_that_says_where(text: str) -> None:
    assert 0 <= fault_of(text) <= max(len(text), 1)


def fault_of(text: str) -> int:
    """Where a line is wrong; 0 if it is not."""
    try:
        read_line(text)
    except BadFilter as error:
        return error.at
    return 0


@pytest.mark.parametrize(
    ("line", "long"),
    [
        ("status:error", 'eq(status, "error")'),
        ("status:error model:gpt-4o", 'and(eq(status, "error"), eq(model, "gpt-4o"))'),
        ("status:error AND cost>1", 'and(eq(status, "error"), gt(total_cost, 1))'),
        ("cost>0.01", "gt(total_cost, 0.01)"),
        ("cost >= 0.01", "gte(total_cost, 0.01)"),
        ("latency>5s", 'gt(latency, "5s")'),
        ("latency<5", "lt(latency, 5)"),
        ("tokens!=0", "neq(total_tokens, 0)"),
        ("model:gpt-4o,gpt-4.1", 'in(model, ["gpt-4o", "gpt-4.1"])'),
        ("-model:gpt-4o,gpt-4.1", 'not(in(model, ["gpt-4o", "gpt-4.1"]))'),
        ("-status:error", 'neq(status, "error")'),
        ("tag:beta", 'has(tag, "beta")'),
        ("-tag:beta", 'not(has(tag, "beta"))'),
        ("tag:a,b", 'in(tag, ["a", "b"])'),
        ("name~Chat", 'search(name, "Chat")'),
        ("name!~Chat", 'not(search(name, "Chat"))'),
        ("error:timeout", 'search(error, "timeout")'),
        ("error:*", "neq(error, null)"),
        ("-user:*", "eq(user, null)"),
        ("user:42", 'eq(user, "42")'),
        ("counted:true", "eq(counted, true)"),
        ("inputs:refund", 'search(inputs, "refund")'),
        ('outputs:"no idea"', 'search(outputs, "no idea")'),
        ("metadata.customer:acme", 'has(metadata, "{\\"customer\\": \\"acme\\"}")'),
        ("-metadata.customer:acme", 'not(has(metadata, "{\\"customer\\": \\"acme\\"}"))'),
        ("metadata.customer:*", 'exists(metadata, "customer")'),
        ("metadata.turn>3", 'and(eq(metadata_key, "turn"), gt(metadata_value, 3))'),
        ("metadata.plan:a,b", 'and(eq(metadata_key, "plan"), in(metadata_value, ["a", "b"]))'),
        ('metadata."a key":x', 'has(metadata, "{\\"a key\\": \\"x\\"}")'),
        ("feedback.helpful<0.5", 'and(eq(feedback_key, "helpful"), lt(feedback_score, 0.5))'),
        ("feedback.helpful:*", 'eq(feedback_key, "helpful")'),
        ("feedback.tone:rude", 'and(eq(feedback_key, "tone"), eq(feedback_value, "rude"))'),
        ("refund", 'search("refund")'),
        ("no such ticket", 'search("no such ticket")'),
        ('"no such" ticket', 'and(search("no such"), search("ticket"))'),
        ("late refund status:error", 'and(search("late refund"), eq(status, "error"))'),
        ("-refund", 'not(search("refund"))'),
        (
            'status:error or(eq(kind, "llm"), eq(kind, "tool"))',
            'and(eq(status, "error"), or(eq(kind, "llm"), eq(kind, "tool")))',
        ),
        ("this and that", 'search("this and that")'),
    ],
)
def test_what_people_type_stands_for_the_long_notation(line: str, long: str) -> None:
    assert read_line(line) == parse(long)
    compile_filter(line)


@pytest.mark.parametrize(
    ("line", "at", "words"),
    [
        ("status:error colour:red", 13, "there is no field 'colour'"),
        ("modle:gpt-4o", 0, "did you mean model?"),
        ("status:error cost>", 18, "a value is expected after cost>"),
        ('status:error "open', 13, "not closed"),
        ("status:error or status:pending", 13, "status:error,pending"),
        ("cost>1,2", 0, "one value"),
        ("status:error and(eq(kind", 13, "not closed"),
        ("status:error eq(colour, 1)", 13, "colour"),
        ("user:a,*", 0, "* stands alone"),
        ("12:30 at http://x", 9, "in quotes"),
        ("nope(", 0, "'nope' is not known"),
        ("status:error near(1)", 13, "in quotes"),
    ],
)
def test_a_bad_line_says_where_and_what_would_be_right(line: str, at: int, words: str) -> None:
    with pytest.raises(BadFilter, match=f"position {at}:") as caught:
        compile_filter(line)
    assert words in str(caught.value)
    assert caught.value.at == at


def test_a_filter_of_several_conditions_is_told_one_by_one() -> None:
    tree = parse('and(eq(status, "error"), and(eq(metadata_key, "turn"), gt(metadata_value, 3)))')
    assert [print_line(term) for term in terms_of(tree)] == ["status:error", "metadata.turn>3"]


def test_only_a_whole_expression_is_long() -> None:
    assert is_long(' and(eq(name, "a)"), search("b")) ')
    assert not is_long("search(x) y")
    assert not is_long("order:1")
    assert not is_long("eq(name")
