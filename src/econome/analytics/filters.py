"""From a filter to a part of a `where` clause.

Every literal is bound: `f0`, `f1`, …; identifiers come from `filter_fields.FIELDS` alone. A
condition is never null, so that not(x) keeps just what x does not. Where it looks beyond the
row (payloads, feedback, the trace) it binds `workspace`, `key_since` and `key_until`, which
the standard predicate of every question over runs binds.

Texts of payloads are searched half by half: what a patch has replaced is still found.
"""

# ruff: noqa: S608  (composing SQL is what this module is for; every literal in it is bound)

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from econome.analytics.filter_fields import FIELDS, LINEAGE, Field, FieldKind
from econome.analytics.filter_line import read_filter
from econome.analytics.filter_literals import literal, plain_text, text_of, wrong
from econome.analytics.filter_syntax import (
    COMPARATORS,
    And,
    BadFilter,
    Comparison,
    Expression,
    Not,
    OfAny,
    OfRoot,
    Or,
    Scalar,
)
from econome.domain.run import NO_ID
from econome.domain.scope import EVERYTHING, Condition

__all__ = ["FIELDS", "BadFilter", "compile_expression", "compile_filter"]

LINGERING_DAYS: Final = 30
"""How far from a run the other runs of its trace are looked for."""

_ORDERS: Final = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PAYLOADS: Final = ("inputs", "outputs", "extra", "events")
_SEARCHED: Final = ("name", "error", "model", "effective_session")
_MAP: Final = "effective_metadata"
_OPS: Final = {
    FieldKind.TEXT: ("eq", "neq", "gt", "gte", "lt", "lte", "in", "search", "has"),
    FieldKind.ID: ("eq", "neq", "in"),
    FieldKind.TIME: ("eq", "neq", "gt", "gte", "lt", "lte"),
    FieldKind.SECONDS: ("eq", "neq", "gt", "gte", "lt", "lte"),
    FieldKind.NUMBER: ("eq", "neq", "gt", "gte", "lt", "lte", "in"),
    FieldKind.MONEY: ("eq", "neq", "gt", "gte", "lt", "lte"),
    FieldKind.BOOLEAN: ("eq", "neq"),
    FieldKind.ROLLED_NUMBER: ("eq", "neq", "gt", "gte", "lt", "lte", "in"),
    FieldKind.ROLLED_MONEY: ("eq", "neq", "gt", "gte", "lt", "lte"),
    FieldKind.PROJECT: ("eq", "neq", "in"),
    FieldKind.TAG: ("has", "eq", "neq", "in", "search"),
    FieldKind.METADATA: ("has", "exists", "search"),
    FieldKind.PAYLOAD: ("search", "exists"),
    FieldKind.PAIR: COMPARATORS,
}


def compile_filter(text: str) -> Condition:
    """The condition of a filter in either notation; an empty one keeps everything. Raises `BadFilter`."""
    if not text.strip():
        return EVERYTHING
    return compile_expression(read_filter(text))


def compile_expression(expression: Expression) -> Condition:
    """The condition of a filter's tree. Raises `BadFilter`."""
    bound = _Bound()
    return Condition(_compile(expression, bound), bound.parameters)


@dataclass(slots=True)
class _Bound:
    """The literals, by the names under which the text has them."""

    parameters: dict[str, object] = field(default_factory=dict)

    def __call__(self, value: object, kind: str) -> str:
        name = f"f{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"


def _compile(expression: Expression, bound: _Bound) -> str:
    match expression:
        case Not(operand):
            return f"not ({_compile(operand, bound)})"
        case And(operands):
            return _all_of(operands, bound)
        case Or(operands):
            return " or ".join(f"({_compile(operand, bound)})" for operand in operands)
        case OfRoot(operand):
            return _in_trace(f"parent_id is null and ({_compile(operand, bound)})", LINGERING_DAYS, 0)
        case OfAny(operand):
            return _in_trace(_compile(operand, bound), LINGERING_DAYS, LINGERING_DAYS)
        case Comparison():
            return _comparison(expression, bound)


def _all_of(operands: tuple[Expression, ...], bound: _Bound) -> str:
    """The conjunction; halves of one kind of pair among the operands speak of the same pair.

    A second positive key begins another pair: and(key a, value 1, key b, value 2) asks for both.
    """
    parts: list[str] = []
    pairs: dict[str, list[list[Comparison]]] = {}
    for operand in operands:
        half = FIELDS.get(operand.field) if isinstance(operand, Comparison) else None
        if not isinstance(operand, Comparison) or half is None or not half.pair:
            parts.append(_compile(operand, bound))
            continue
        groups = pairs.setdefault(half.pair, [[]])
        if _names_key(operand) and any(map(_names_key, groups[-1])):
            groups.append([])
        groups[-1].append(operand)
    for name, groups in pairs.items():
        parts.extend(_pair(name, tuple(group), bound) for group in groups)
    return " and ".join(f"({part})" for part in parts)


def _names_key(half: Comparison) -> bool:
    return half.field.endswith("_key") and half.op in {"eq", "in"}


def _comparison(asked: Comparison, bound: _Bound) -> str:
    if asked.op == "search" and not asked.field:
        return _search_everywhere(plain_text(asked), bound)
    target = _field(asked)
    allowed = _OPS[target.kind]
    if asked.op not in allowed:
        raise wrong(
            asked, f"{asked.field} cannot be compared with {asked.op}; it can with {', '.join(allowed)}"
        )
    match target.kind:
        case FieldKind.PAIR:
            return _pair(target.pair, (asked,), bound)
        case FieldKind.TAG:
            return _tags(asked, bound)
        case FieldKind.METADATA:
            return _metadata(asked, bound)
        case FieldKind.PAYLOAD:
            return _payload(asked, bound)
        case FieldKind.PROJECT:
            return _project(asked, bound)
        case FieldKind.ROLLED_NUMBER | FieldKind.ROLLED_MONEY:
            return _rolled(asked, target, bound)
        case _:
            return _compare(asked, target.sql, target.kind, bound, nullable=target.nullable)


def _field(asked: Comparison) -> Field:
    known = FIELDS.get(asked.field)
    if known is not None:
        return known
    near = difflib.get_close_matches(asked.field, FIELDS, 1)
    hint = f"did you mean {near[0]}? Known are" if near else "known are"
    raise wrong(asked, f"there is no field {asked.field!r}; {hint} {', '.join(FIELDS)}")


# --- one column against one value -------------------------------------------------------


def _compare(asked: Comparison, sql: str, kind: FieldKind, bound: _Bound, *, nullable: bool) -> str:
    if asked.op == "neq":
        return f"not ({_compare(_as(asked, 'eq'), sql, kind, bound, nullable=nullable)})"
    if asked.op in {"search", "has"}:
        return _contains(sql, bound(plain_text(asked), "String"))
    if asked.op == "exists":
        raise wrong(asked, f"{asked.field} cannot be compared with exists")
    if asked.op == "in":
        return _in(asked, sql, kind, bound, nullable=nullable)
    if asked.value is None:
        if asked.op != "eq":
            raise wrong(
                asked, f"null is neither more nor less than anything; compare {asked.field} with eq or neq"
            )
        return _is_null(sql, kind, nullable=nullable)
    value, type_ = literal(asked, asked.value, kind)
    if kind is FieldKind.TEXT and asked.op != "eq" and isinstance(asked.value, int | float):
        sql, nullable = f"toFloat64OrNull(toString({sql}))", True
        value, type_ = float(asked.value), "Float64"
    comparison = f"{sql} {_ORDERS[asked.op]} {bound(value, type_)}"
    return f"ifNull({comparison}, false)" if nullable else comparison


def _in(asked: Comparison, sql: str, kind: FieldKind, bound: _Bound, *, nullable: bool) -> str:
    values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    literals = [literal(asked, value, kind) for value in values if value is not None]
    parts = []
    if literals:
        type_ = literals[0][1] if len({type_ for _, type_ in literals}) == 1 else "Float64"
        within = f"{sql} in {bound([value for value, _ in literals], f'Array({type_})')}"
        parts.append(f"ifNull({within}, false)" if nullable else within)
    if None in values:
        parts.append(_is_null(sql, kind, nullable=nullable))
    return " or ".join(parts) or "false"


def _is_null(sql: str, kind: FieldKind, *, nullable: bool) -> str:
    if nullable:
        return f"({sql}) is null"
    match kind:
        case FieldKind.TEXT:
            return f"{sql} = ''"
        case FieldKind.ID:
            return f"{sql} = toUUID('{NO_ID}')"
        case _:
            return "false"


def _contains(sql: str, needle: str) -> str:
    return f"positionCaseInsensitiveUTF8({sql}, {needle}) > 0"


def _as(asked: Comparison, op: str) -> Comparison:
    return Comparison(op, asked.field, asked.value, asked.at)


# --- what looks into a row --------------------------------------------------------------


def _tags(asked: Comparison, bound: _Bound) -> str:
    match asked.op:
        case "neq":
            return f"not ({_tags(_as(asked, 'eq'), bound)})"
        case "in":
            values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
            return f"hasAny(effective_tags, {bound([text_of(value) for value in values], 'Array(String)')})"
        case "search":
            return f"arrayExists(t -> {_contains('t', bound(plain_text(asked), 'String'))}, effective_tags)"
        case _ if asked.value is None:
            return "empty(effective_tags)"
        case _:
            return f"has(effective_tags, {bound(plain_text(asked), 'String')})"


def _metadata(asked: Comparison, bound: _Bound) -> str:
    text = plain_text(asked)
    if asked.op == "exists":
        return f"mapContains({_MAP}, {bound(text, 'String')})"
    if asked.op == "search":
        return f"arrayExists(v -> {_contains('v', bound(text, 'String'))}, mapValues({_MAP}))"
    try:
        subset = json.loads(text)
    except ValueError:
        subset = None
    if not isinstance(subset, dict):
        raise wrong(
            asked,
            'has(metadata, …) takes the JSON text of an object, as in has(metadata, \'{"user": "anna"}\')',
        )
    parts = []
    for key, value in subset.items():
        name = bound(key, "String")
        given = bound(text_of(value), "String")
        parts.append(f"(mapContains({_MAP}, {name}) and {_MAP}[{name}] = {given})")
    return " and ".join(parts) or "true"


# --- what looks beyond it ---------------------------------------------------------------


def _window(before: int = 0, after: int = 0) -> str:
    """Where the keys of the span's runs may be, and so many days around it."""
    return (
        "workspace = {workspace:UUID} "
        f"and (key_time >= {{key_since:DateTime64(6)}} - interval {before} day "
        f"and key_time < {{key_until:DateTime64(6)}} + interval {after} day "
        "or key_time = toDateTime64(0, 6, 'UTC'))"
    )


def _in_trace(condition: str, before: int, after: int) -> str:
    return f"trace_id in (select trace_id from runs final where {_window(before, after)} and ({condition}))"


def _in_payload(condition: str) -> str:
    return (
        "(workspace, key_time, id) in (select workspace, key_time, id from payloads final "
        f"where {_window()} and ({condition}))"
    )


def _project(asked: Comparison, bound: _Bound) -> str:
    """A project is named by its id or by its name."""
    if asked.op == "neq":
        return f"not ({_project(_as(asked, 'eq'), bound)})"
    values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    ids: list[UUID] = []
    for value in values:
        try:
            ids.append(UUID(str(value)))
        except ValueError:
            continue
    names = [text_of(value) for value in values]
    return (
        f"(project in {bound(ids, 'Array(UUID)')} or project in (select id from projects final "
        f"where workspace = {{workspace:UUID}} and name in {bound(names, 'Array(String)')}))"
    )


def _rolled(asked: Comparison, target: Field, bound: _Bound) -> str:
    """A run's tokens or cost are those of the counted runs from it downwards, each once.

    Where none of them counts, what the run itself says.
    """
    if asked.op == "neq":
        return f"not ({_rolled(_as(asked, 'eq'), target, bound)})"
    amount = "if(max(enters), sumIf(amount, enters), any(amount))"
    if asked.value is None and asked.op == "eq":
        return f"not ({_below(target.sql, f'({amount}) is not null')})"
    return _below(target.sql, _compare(asked, amount, target.kind, bound, nullable=True))


def _below(amount: str, having: str) -> str:
    return (
        f"id in (select node from (select arrayJoin(if(counted, {LINEAGE}, [id])) as node, "
        f"billed as enters, {amount} as amount from runs final where {_window(0, LINGERING_DAYS)} "
        f"and (counted or usage_source != '')) group by node having {having})"
    )


def _payload(asked: Comparison, bound: _Bound) -> str:
    if asked.op == "exists":
        key = Comparison("eq", f"{asked.field}_key", asked.value, asked.at)
        return _pair(_field(key).pair, (key,), bound)
    return _in_payload(_json_contains(asked.field, plain_text(asked), bound))


def _json_contains(column: str, text: str, bound: _Bound) -> str:
    """Whether a text stands in JSON, where it may be escaped in either of two ways."""
    spellings = {json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]}
    return " or ".join(_contains(column, bound(spelling, "String")) for spelling in sorted(spellings))


def _search_everywhere(text: str, bound: _Bound) -> str:
    plain = bound(text, "String")
    rows = [_contains(column, plain) for column in _SEARCHED]
    rows.append(f"arrayExists(v -> {_contains('v', plain)}, arrayConcat(effective_tags, mapValues({_MAP})))")
    texts = [_json_contains(column, text, bound) for column in _PAYLOADS]
    texts.append(_contains("error", plain))
    return " or ".join([*rows, _in_payload(" or ".join(texts))])


# --- pairs ------------------------------------------------------------------------------


def _pair(name: str, halves: tuple[Comparison, ...], bound: _Bound) -> str:
    """Whether there is a pair of which all halves hold.

    A lone neq is about all pairs: neq(metadata_key, "a") keeps the runs without that key.
    """
    if len(halves) == 1 and halves[0].op == "neq":
        return f"not ({_pair(name, (_as(halves[0], 'eq'),), bound)})"
    condition = " and ".join(f"({_half(half, bound)})" for half in halves)
    match name:
        case "metadata":
            return f"arrayExists((k, v) -> {condition}, mapKeys({_MAP}), mapValues({_MAP}))"
        case "feedback":
            # What is said of a trace before its root is known stands under the trace's own id.
            told = "select assumeNotNull(run_id) from feedback final where workspace = {workspace:UUID}"
            judged = f"({told} and run_id is not null and ({condition}))"
            return f"id in {judged} or (parent_id is null and trace_id in {judged})"
        case _:
            return _in_payload(f"arrayExists(p -> {condition}, {_json_pairs(name, halves, bound)})")


def _half(half: Comparison, bound: _Bound) -> str:
    target = _field(half)
    allowed = _OPS[target.of]
    if half.op not in allowed:
        raise wrong(half, f"{half.field} cannot be compared with {half.op}; it can with {', '.join(allowed)}")
    return _compare(half, target.sql, target.of, bound, nullable=target.nullable)


def _json_pairs(column: str, halves: tuple[Comparison, ...], bound: _Bound) -> str:
    """The keys and values of a JSON object; those of an inner one too when a key is a path a.b."""
    pairs = [f"JSONExtractKeysAndValuesRaw({column})"]
    for path in sorted(_paths(halves)):
        parents = path.split(".")[:-1]
        steps = ", ".join(bound(step, "String") for step in parents)
        prefix = bound(".".join(parents) + ".", "String")
        inner = f"JSONExtractKeysAndValuesRaw({column}, {steps})"
        pairs.append(f"arrayMap(p -> (concat({prefix}, p.1), p.2), {inner})")
    return pairs[0] if len(pairs) == 1 else f"arrayConcat({', '.join(pairs)})"


def _paths(halves: tuple[Comparison, ...]) -> set[str]:
    keys: list[Scalar] = []
    for half in halves:
        if half.field.endswith("_key"):
            keys.extend(half.value if isinstance(half.value, tuple) else (half.value,))
    return {key for key in keys if isinstance(key, str) and "." in key.strip(".")}
