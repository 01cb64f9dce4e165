"""The short notation of a filter, as people type it: `status:error cost>0.01 "free text" -tag:beta`.

    line  := {term}                       all of them hold
    term  := ["-"] (field sign value {"," value} | text) | an expression of the long notation
    field := a field | metadata.KEY | feedback.KEY
    sign  := ":" "=" "!=" ">" ">=" "<" "<=" "~" "!~"
    value := bare | "quoted" | "*"        "*": there is any

Words without a sign are searched for, together, in all texts. `read_line` gives the tree that the long
notation has for the same; `print_line` writes it, and keeps the long notation for what has no short one.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import Final

from econome.analytics.filter_fields import FIELDS, FieldKind
from econome.analytics.filter_syntax import (
    COMPARATORS,
    CONNECTIVES,
    MAX_LENGTH,
    MAX_LIST,
    And,
    BadFilter,
    Comparison,
    Expression,
    Not,
    Scalar,
    parse,
    unquoted,
)

SHORT: Final = {
    "cost": "total_cost",
    "tokens": "total_tokens",
    "input": "input_tokens",
    "output": "output_tokens",
    "first_token": "time_to_first_token",
    "started": "start_time",
    "ended": "end_time",
    "env": "environment",
}
"""What people call fields. The tree has the fields' own names."""

OF_METADATA: Final = "metadata."
OF_FEEDBACK: Final = "feedback."

_LONG = re.compile(rf"(?:{'|'.join((*CONNECTIVES, *COMPARATORS))})\s*\(")
_QUOTED = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_NAMED = re.compile(
    rf"(?P<name>[A-Za-z_]\w*(?:\.(?:{_QUOTED}|[^\s:=<>!~\"',()]+))?)(?P<sign>:|!~|~|\s*(?:!=|>=|<=|=|>|<)\s*)",
    re.DOTALL,
)
_VALUE = re.compile(rf"{_QUOTED}|[^\s,\"']+", re.DOTALL)
_TEXT = re.compile(_QUOTED, re.DOTALL)
_WORD = re.compile(r"\S+")
_CALL = re.compile(r"([A-Za-z_]\w*)\(")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
ORDERS: Final = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_NUMBERS: Final = frozenset(
    {
        FieldKind.NUMBER,
        FieldKind.SECONDS,
        FieldKind.MONEY,
        FieldKind.ROLLED_NUMBER,
        FieldKind.ROLLED_MONEY,
    }
)
_LONG_TEXTS: Final = frozenset({"error", "note"})
"""Texts that nobody types whole: `error:timeout` looks for a part."""


def is_long(text: str) -> bool:
    """Whether a filter is one expression of the long notation."""
    found = _LONG.match(text.strip())
    return found is not None and _closing(text.strip(), 0) == len(text.strip())


def read_filter(text: str) -> Expression:
    """The tree of a filter in either notation. Raises `BadFilter`."""
    if is_long(text):
        return parse(text)
    return read_line(text)


def read_line(text: str) -> Expression:
    """The tree of a line that has something in it. Raises `BadFilter`."""
    if len(text) > MAX_LENGTH:
        message = f"The filter has {len(text)} characters, more than {MAX_LENGTH}"
        raise BadFilter(message)
    terms = _Line(text).terms()
    if not terms:
        raise BadFilter.at_place(0, 1, "there is nothing in it")
    return terms[0] if len(terms) == 1 else And(tuple(terms))


class _Line:
    """Reads a line from the left to the right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def terms(self) -> list[Expression]:
        """All the terms."""
        found: list[Expression] = []
        while self._skip():
            term = self._term()
            if term is not None:
                found.append(term)
        return found

    def _skip(self) -> bool:
        while self._place < len(self._text) and self._text[self._place].isspace():
            self._place += 1
        return self._place < len(self._text)

    def _term(self) -> Expression | None:
        start = self._place
        if _LONG.match(self._text, start):
            return self._long(start)
        is_negated = self._text[start] == "-" and self._text[start + 1 : start + 2].strip() != ""
        self._place += is_negated
        if self._text[self._place] in "\"'":
            term: Expression = Comparison("search", "", self._quoted(), start)
        elif _NAMED.match(self._text, self._place):
            return self._named(start, is_negated=is_negated)
        elif (words := self._words(alone=is_negated)) is not None:
            term = Comparison("search", "", words, start)
        else:
            return None
        return Not(term) if is_negated else term

    def _long(self, start: int) -> Expression:
        end = _closing(self._text, start)
        if end < 0:
            raise BadFilter.at_place(
                start, len(self._text), f"the bracket of {self._text[start:][:20]} is not closed"
            )
        self._place = end
        return parse(" " * start + self._text[start:end])  # so that places are those of the line

    def _quoted(self) -> str:
        found = _TEXT.match(self._text, self._place)
        if found is None:
            rest = self._text[self._place : self._place + 20]
            raise BadFilter.at_place(
                self._place, len(self._text), f"the text that begins with {rest} is not closed"
            )
        self._place = found.end()
        return unquoted(found.group())

    def _words(self, *, alone: bool) -> str | None:
        """The words up to the next term, which are searched for as they stand."""
        words: list[str] = []
        start = self._place
        while self._skip():
            here = self._place
            if words and (alone or self._begins_term(here)):
                break
            found = _WORD.match(self._text, here)
            assert found is not None  # noqa: S101  (what is no space is a word)
            if (call := _CALL.match(found.group())) is not None:
                raise BadFilter.at_place(
                    here,
                    here + len(call[1]),
                    f"{call[1][:40]!r} is not known; known are {', '.join((*CONNECTIVES, *COMPARATORS))}. "
                    'To search for a text with a bracket in it, put it in quotes: "…"',
                )
            words.append(found.group())
            self._place = found.end()
        if len(words) == 1 and words[0].lower() in CONNECTIVES and self._has_others(start):
            if words[0].lower() == "and":
                return None  # that is what a line says anyway
            raise BadFilter.at_place(
                start,
                start + len(words[0]),
                "all that stands in a line has to hold; "
                "write status:error,pending for either of two values, -status:error for all others, "
                "or or(…, …) and not(…)",
            )
        return " ".join(words)

    def _begins_term(self, place: int) -> bool:
        sign = self._text[place]
        if sign == "-" and place + 1 < len(self._text):
            return self._begins_term(place + 1) if not self._text[place + 1].isspace() else False
        return sign in "\"'" or bool(_LONG.match(self._text, place) or _NAMED.match(self._text, place))

    def _has_others(self, start: int) -> bool:
        return bool(self._text[:start].strip()) and bool(self._text[self._place :].strip())

    def _named(self, start: int, *, is_negated: bool) -> Expression:
        found = _NAMED.match(self._text, self._place)
        assert found is not None  # noqa: S101  (the caller looked)
        named, sign = found.group("name"), found.group("sign").strip()
        target = _Target.of(named, found.start("name"), found.end("name"))
        self._place = found.end()
        values = self._values(f"{named}{sign}")
        if sign.startswith("!"):
            is_negated, sign = not is_negated, sign[1:]
        try:
            return target.compared(sign, values, start, is_negated=is_negated)
        except ValueError as error:
            raise BadFilter.at_place(start, self._place, str(error)) from error

    def _values(self, before: str) -> list[_Given]:
        values: list[_Given] = []
        while True:
            found = _VALUE.match(self._text, self._place)
            if found is None:
                if self._place < len(self._text) and self._text[self._place] in "\"'":
                    self._quoted()
                raise BadFilter.at_place(
                    self._place, self._place + 1, f"a value is expected after {before[:60]}"
                )
            self._place = found.end()
            bare = found.group()
            is_quoted = bare[0] in "\"'"
            values.append(_Given(unquoted(bare) if is_quoted else bare, is_quoted))
            if len(values) > MAX_LIST:
                raise BadFilter.at_place(
                    self._place, self._place + 1, f"the list has more than {MAX_LIST} values"
                )
            if self._text[self._place : self._place + 1] != ",":
                return values
            self._place += 1
            before = ","


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as it was typed."""

    text: str
    is_quoted: bool

    @property
    def is_any(self) -> bool:
        return self.text == "*" and not self.is_quoted

    def as_of(self, kind: FieldKind) -> Scalar:
        """As the tree has it for a field of this kind."""
        if self.is_quoted:
            return self.text
        if kind in _NUMBERS and NUMBER.fullmatch(self.text) and len(self.text) <= 30:
            return int(self.text) if self.text.lstrip("-").isdigit() else float(self.text)
        if kind is FieldKind.BOOLEAN and self.text.lower() in {"true", "false"}:
            return self.text.lower() == "true"
        return self.text


@dataclass(frozen=True, slots=True)
class _Target:
    """What a term speaks of: a field, or a key of the metadata or of the feedback."""

    field: str
    kind: FieldKind
    key: str = ""

    @classmethod
    def of(cls, named: str, start: int, end: int) -> _Target:
        for prefix in (OF_METADATA, OF_FEEDBACK):
            key = named.removeprefix(prefix)
            if key != named:
                return cls(prefix[:-1], FieldKind.PAIR, unquoted(key) if key[0] in "\"'" else key)
        field = SHORT.get(named, named)
        known = FIELDS.get(field)
        if known is None:
            near = difflib.get_close_matches(named, [*FIELDS, *SHORT], 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise BadFilter.at_place(
                start,
                end,
                f"there is no field {named!r}; {hint}"
                'To search for a text with such a sign in it, put it in quotes: "…". '
                f"Fields are {', '.join(FIELDS)}, metadata.KEY and feedback.KEY",
            )
        return cls(field, known.of if known.kind is FieldKind.PAIR else known.kind)

    def compared(self, sign: str, values: list[_Given], at: int, *, is_negated: bool) -> Expression:
        """The tree. Raises `ValueError` for what makes no sense."""
        if len(values) > 1 and sign not in {":", "="}:
            message = f"{sign} compares with one value; several go with {self.field}:a,b"
            raise ValueError(message)
        if any(value.is_any for value in values) and (len(values) > 1 or sign not in {":", "="}):
            message = f"* stands alone, as in {self.field}:*"
            raise ValueError(message)
        term = self._of_key(sign, values, at) if self.key else self._of_field(sign, values, at)
        if not is_negated:
            return term
        if isinstance(term, Comparison) and term.op == "eq":
            return Comparison("neq", term.field, term.value, at)
        if isinstance(term, Comparison) and term.op == "neq":
            return Comparison("eq", term.field, term.value, at)
        return Not(term)

    def _of_field(self, sign: str, values: list[_Given], at: int) -> Comparison:
        first = values[0]
        if sign == "~":
            return Comparison("search", self.field, first.text, at)
        if sign in ORDERS:
            return Comparison(ORDERS[sign], self.field, first.as_of(self.kind), at)
        if first.is_any and self.kind is not FieldKind.PAYLOAD:
            return Comparison("neq", self.field, None, at)
        is_searched = self.kind in {FieldKind.PAYLOAD, FieldKind.METADATA} or self.field in _LONG_TEXTS
        if is_searched and sign == ":" and len(values) == 1:
            return Comparison("search", self.field, first.text, at)
        if len(values) > 1:
            return Comparison("in", self.field, tuple(value.as_of(self.kind) for value in values), at)
        op = "has" if self.kind is FieldKind.TAG else "eq"
        return Comparison(op, self.field, first.as_of(self.kind), at)

    def _of_key(self, sign: str, values: list[_Given], at: int) -> Expression:
        first = values[0]
        is_metadata = self.field == "metadata"
        name = Comparison("eq", f"{self.field}_key", self.key, at)
        if first.is_any:
            return Comparison("exists", "metadata", self.key, at) if is_metadata else name
        if is_metadata and sign in {":", "="} and len(values) == 1:
            return Comparison("has", "metadata", json.dumps({self.key: first.text}, ensure_ascii=False), at)
        numbers = [value.as_of(FieldKind.NUMBER) for value in values]
        is_score = not is_metadata and all(not isinstance(number, str) for number in numbers)
        about = f"{self.field}_{'score' if is_score else 'value'}"
        if sign == "~":
            return And((name, Comparison("search", f"{self.field}_value", first.text, at)))
        if sign in ORDERS:
            return And((name, Comparison(ORDERS[sign], about, numbers[0], at)))
        texts: list[Scalar] = [value.text for value in values]
        said = numbers if is_score else texts
        if len(said) > 1:
            return And((name, Comparison("in", about, tuple(said), at)))
        return And((name, Comparison("eq", about, said[0], at)))


def _closing(text: str, start: int) -> int:
    """Where the first bracket after `start` is closed; -1 if it is not."""
    depth = 0
    place = text.index("(", start)
    while place < len(text):
        if text[place] in "\"'":
            found = _TEXT.match(text, place)
            if found is None:
                return -1
            place = found.end()
            continue
        depth += (text[place] in "([") - (text[place] in ")]")
        place += 1
        if depth == 0:
            return place
    return -1
