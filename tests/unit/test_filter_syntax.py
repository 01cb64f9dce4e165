from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.analytics.filter_syntax import (
    COMPARATORS,
    MAX_DEPTH,
    And,
    BadFilter,
    Comparison,
    Expression,
    Not,
    Or,
    parse,
    print_filter,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SCALARS = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
)
FIELDS = st.sampled_from(["name", "latency", "metadata_key", "feedback.score", "tags"])
COMPARISONS = st.builds(
    Comparison,
    st.sampled_from(COMPARATORS),
    FIELDS,
    SCALARS | st.lists(SCALARS, max_size=4).map(tuple),
) | st.builds(Comparison, st.just("search"), st.just(""), TEXTS)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=12,
)


@given(EXPRESSIONS)
def test_a_printed_filter_reads_back_as_the_same_tree(expression: Expression) -> None:
    assert parse(print_filter(expression)) == expression


@given(st.text(max_size=200))
def test_any_text_is_a_filter_or_a_bad_one_but_never_breaks_the_reader(text: str) -> None:
    with suppress(BadFilter):
        parse(text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('eq(run_type, "chain")', Comparison("eq", "run_type", "chain")),
        ("eq(run_type, 'chain')", Comparison("eq", "run_type", "chain")),
        ("neq(error, null)", Comparison("neq", "error", None)),
        ("gt( latency ,5 )", Comparison("gt", "latency", 5)),
        ("eq(feedback_score, 0.0)", Comparison("eq", "feedback_score", 0.0)),
        ("lt(total_cost, -1.5e-6)", Comparison("lt", "total_cost", -1.5e-6)),
        ("eq(is_root, True)", Comparison("eq", "is_root", True)),
        ('in(name, ["a", "b"])', Comparison("in", "name", ("a", "b"))),
        ("in(name, [])", Comparison("in", "name", ())),
        ('search("it\\"s")', Comparison("search", "", 'it"s')),
        (r"search('it\'s')", Comparison("search", "", "it's")),
        (r'eq(name, "\u00e9\n")', Comparison("eq", "name", "é\n")),
        (r'eq(name, "\ud83d\ude00")', Comparison("eq", "name", "😀")),
        ("has(metadata, '{\"a\": 1}')", Comparison("has", "metadata", '{"a": 1}')),
        (
            'and(eq(name, "a"), or(has(tags, "x"), not(has(tags, "y"))))',
            And(
                (
                    Comparison("eq", "name", "a"),
                    Or((Comparison("has", "tags", "x"), Not(Comparison("has", "tags", "y")))),
                )
            ),
        ),
    ],
)
def test_the_forms_that_langsmiths_documents_show(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "position 0"),
        ("eq", "position 2: '(' is expected"),
        ('eq(name "a")', "position 8: ',' is expected"),
        ('eq(name, "a"', "position 12: ')' is expected, not 'the end'"),
        ('eq(name, "a")) ', "position 13: the filter should end here"),
        ('eq(name, "a)', "position 9: the text that begins with"),
        ("eq(name, abc)", 'quote it: "abc"'),
        ("gt(latency, 5s)", "position 12"),
        ("like(name, 'a')", "'like' is not known; known are and, or, not, eq"),
        ("not(eq(a, 1), eq(b, 2))", "not(…) takes one operand, not 2"),
        ("and()", "position 4"),
        ("eq(true, 1)", "true is not a field"),
        ("eq(name, {a})", "'{' cannot stand here"),
        ("eq(latency, 1e999)", "too large"),
        (f"eq(latency, {'9' * 40})", "too large"),
        ("not(" * (MAX_DEPTH + 1) + "eq(a, 1)" + ")" * (MAX_DEPTH + 1), "nested more than 32 deep"),
        (f"or({', '.join(['eq(a, 1)'] * 1000)})", "more than 1000 parts"),
        ("x" * 200_001, "200001 characters"),
        (f"in(name, [{', '.join(['1'] * 10_001)}])", "more than 10000 values"),
    ],
)
def test_a_bad_filter_says_where_and_what_would_be_right(text: str, words: str) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(text)
    assert words in str(caught.value)
