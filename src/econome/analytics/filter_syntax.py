"""The text of a filter and its tree: LangSmith's filter language, read and written.

    expression := comparator "(" [argument {"," argument}] ")"
    argument   := expression | field | literal
    literal    := "double" or 'single' quoted | number | true | false | null | "[" literals "]"

`parse` and `print_filter` are each other's inverse. What a field may be compared with is
`econome.analytics.filters`' business; here only the form is judged.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from typing import Final

from econome.domain.errors import EconomeError

MAX_LENGTH: Final = 200_000  # characters: some thousand ids in one list
MAX_DEPTH: Final = 32  # and(or(not(…))): people write four
MAX_NODES: Final = 1_000  # comparisons in one filter
MAX_LIST: Final = 10_000  # values in one list

Scalar = str | float | int | bool | None
Value = Scalar | tuple[Scalar, ...]

CONNECTIVES: Final = ("and", "or", "not")
COMPARATORS: Final = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "has", "exists", "search")


class BadFilter(EconomeError):
    """A filter that cannot be understood; its text says where and what would be."""

    def __init__(self, message: str, at: int = -1, end: int = -1) -> None:
        super().__init__(message)
        self.at = at  # of the first character that is wrong; -1: nobody knows
        self.end = end  # behind the last one

    @classmethod
    def at_place(cls, at: int, end: int, why: str) -> BadFilter:
        """What is wrong between two places of the text."""
        return cls(f"The filter is wrong at position {at}: {why}", at, end)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`op(field, value)`. A search without a field is over all texts: its field is empty."""

    op: str
    field: str
    value: Value
    at: int = dataclasses.field(default=-1, compare=False)  # where it stands in the text


@dataclass(frozen=True, slots=True)
class Not:
    """The runs that the operand does not keep."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class And:
    """The runs that every operand keeps; pairs such as metadata's belong together in one."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """The runs that any operand keeps."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class OfRoot:
    """The runs of the traces whose root run the operand keeps: a `trace_filter`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class OfAny:
    """The runs of the traces of which the operand keeps any run: a `tree_filter`."""

    operand: Expression


Expression = Comparison | Not | And | Or | OfRoot | OfAny


def parse(text: str) -> Expression:
    """The tree of a filter's text. Raises `BadFilter`."""
    if len(text) > MAX_LENGTH:
        message = f"The filter has {len(text)} characters, more than {MAX_LENGTH}"
        raise BadFilter(message)
    parser = _Parser(text)
    expression = parser.expression(1)
    parser.end()
    return expression


def print_filter(expression: Expression) -> str:
    """The text whose tree this is."""
    match expression:
        case Comparison(op, "", value):
            return f"{op}({_print_value(value)})"
        case Comparison(op, field, value):
            return f"{op}({field}, {_print_value(value)})"
        case Not(operand):
            return f"not({print_filter(operand)})"
        case And(operands):
            return f"and({', '.join(map(print_filter, operands))})"
        case Or(operands):
            return f"or({', '.join(map(print_filter, operands))})"
        case OfRoot() | OfAny():
            message = "A filter on the trace has no text of its own: it is a parameter beside the filter"
            raise TypeError(message)


def _print_value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_print_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<punctuation>[(),\[\]])
  | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
  | (?P<word>[A-Za-z_][\w.]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS: dict[str, Scalar] = {"true": True, "True": True, "false": False, "False": False}
_WORDS |= {"null": None, "None": None}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # punctuation, text, number, word, end
    text: str
    at: int


class _Parser:
    """Reads by recursive descent; its depth is limited, so that Python's is not met."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._nodes = 0
        self._token = self._next()

    def expression(self, depth: int) -> Expression:
        name = self._take("word", 'a comparison such as eq(name, "…")')
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise self._wrong(name, f"the filter is nested more than {MAX_DEPTH} deep")
        if self._nodes > MAX_NODES:
            raise self._wrong(name, f"the filter has more than {MAX_NODES} parts")
        if name.text in CONNECTIVES:
            return self._connective(name, depth)
        if name.text in COMPARATORS:
            return self._comparison(name)
        known = ", ".join(CONNECTIVES + COMPARATORS)
        raise self._wrong(name, f"{name.text!r} is not known; known are {known}")

    def end(self) -> None:
        if self._token.kind != "end":
            raise self._wrong(
                self._token, f"the filter should end here, not go on with {self._token.text[:40]!r}"
            )

    def _connective(self, name: _Token, depth: int) -> Expression:
        self._punctuation("(")
        operands = [self.expression(depth + 1)]
        while self._token.text == "," and self._token.kind == "punctuation":
            self._punctuation(",")
            operands.append(self.expression(depth + 1))
        self._punctuation(")")
        if name.text == "and":
            return And(tuple(operands))
        if name.text == "or":
            return Or(tuple(operands))
        if len(operands) != 1:
            raise self._wrong(name, f"not(…) takes one operand, not {len(operands)}")
        return Not(operands[0])

    def _comparison(self, name: _Token) -> Comparison:
        self._punctuation("(")
        if name.text == "search" and self._token.kind == "text":
            value = self._value()
            self._punctuation(")")
            return Comparison("search", "", value, name.at)
        field = self._take("word", f"the name of a field, as in {name.text}(name, …)")
        if field.text in _WORDS:
            raise self._wrong(field, f"{field.text} is not a field")
        self._punctuation(",")
        value = self._value()
        self._punctuation(")")
        return Comparison(name.text, field.text, value, name.at)

    def _value(self) -> Value:
        if self._token.text != "[" or self._token.kind != "punctuation":
            return self._scalar()
        opened = self._punctuation("[")
        values: list[Scalar] = []
        while self._token.text != "]" or self._token.kind != "punctuation":
            if values:
                self._punctuation(",")
            values.append(self._scalar())
            if len(values) > MAX_LIST:
                raise self._wrong(opened, f"the list has more than {MAX_LIST} values")
        self._punctuation("]")
        return tuple(values)

    def _scalar(self) -> Scalar:
        token = self._token
        if token.kind == "text":
            self._token = self._next()
            return unquoted(token.text)
        if token.kind == "number":
            self._token = self._next()
            return self._number(token)
        if token.kind == "word" and token.text in _WORDS:
            self._token = self._next()
            return _WORDS[token.text]
        hint = f'; quote it: "{token.text}"' if token.kind == "word" else ""
        raise self._wrong(
            token, f'a value is expected ("text", 1.5, true, null, […]), not {token.text[:40]!r}{hint}'
        )

    def _number(self, token: _Token) -> float | int:
        if token.text.lstrip("-").isdigit():
            if len(token.text) > 30:
                raise self._wrong(token, "the number is too large")
            return int(token.text)
        number = float(token.text)
        if number in (float("inf"), float("-inf")):
            raise self._wrong(token, "the number is too large")
        return number

    def _take(self, kind: str, wanted: str) -> _Token:
        token = self._token
        if token.kind != kind:
            raise self._wrong(token, f"{wanted} is expected, not {token.text[:40]!r}")
        self._token = self._next()
        return token

    def _punctuation(self, mark: str) -> _Token:
        if self._token.text != mark:
            raise self._wrong(self._token, f"{mark!r} is expected, not {self._token.text[:40]!r}")
        return self._take("punctuation", mark)

    def _next(self) -> _Token:
        while self._place < len(self._text):
            found = _TOKEN.match(self._text, self._place)
            if found is None:
                rest = self._text[self._place : self._place + 20]
                if rest[0] in "\"'":
                    raise self._wrong(
                        _Token("", rest, self._place), f"the text that begins with {rest} is not closed"
                    )
                raise self._wrong(_Token("", rest, self._place), f"{rest[0]!r} cannot stand here")
            self._place = found.end()
            if found.lastgroup != "space":
                return _Token(found.lastgroup or "", found.group(), found.start())
        return _Token("end", "the end", len(self._text))

    def _wrong(self, token: _Token, why: str) -> BadFilter:
        return BadFilter.at_place(token.at, token.at + len(token.text), why)


def unquoted(quoted: str) -> str:
    """The text inside the quotes. A backslash before anything unknown stands for itself alone."""

    def plain(found: re.Match[str]) -> str:
        escape = found.group(1)
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        return _ESCAPED.get(escape, escape)

    text = _ESCAPE.sub(plain, quoted[1:-1])
    # Two \uXXXX halves of one character, as JSON writes those beyond the first plane.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
