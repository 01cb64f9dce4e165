"""A question in two halves: what each part of its rows adds, and the sum of the parts.

Questions over a span are sums, counts and quantiles by some keys. The engine can keep such an
aggregate unfinished, and finish several together: exactly the answer over all their rows at once. What
a question needs for that follows from its text, so that nothing is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_AGGREGATE = re.compile(r"(count|sum|min|max|uniqExact|quantilesExactInclusive)(If)?(\([0-9., ]+\))?\(")
_ANY = re.compile(r"\b(count|sum|min|max|avg|any|uniq|quantile|group)\w*\(")
_ALIAS = re.compile(r"(.*)\s+as\s+(\w+)", re.DOTALL)
_CLAUSE = re.compile(r"\b(select|from|group by|having|order by|limit|settings)\b")
_ELSEWHERE = re.compile(r"\b(group by|having|limit|distinct|join)\b|\bin \(\s*select\b")
"""What in a source depends on more than one row of a run."""
_COMMENT = re.compile(r"--[^\n]*")

UNDATED = re.compile(r"\s+or key_time = toDateTime64\(0, 6, 'UTC'\)")
"""The part of the standard predicate that finds runs without a time in their key."""


@dataclass(frozen=True, slots=True)
class Mergeable:
    """The two halves. Unfinished aggregates are columns `a0`, `a1`, …; keys go by their names."""

    unfinished: str  # select list
    columns: str  # what that names
    source: str  # from … where …
    keys: str  # of group by; empty: one row
    finished: str  # select list
    rest: str  # having … order by … limit … settings …
    exact: int  # how many aggregates keep every value

    def part(self, number: int) -> str:
        """What the rows of a span of keys add: from `key_since_3` to `key_until_3` for number 3.

        Number 0 has the runs without a time in their key, which are within every span of keys.
        """
        source = UNDATED.sub("", self.source) if number else self.source
        grouped = f"\ngroup by {self.keys}" if self.keys else ""
        text = f"select {self.unfinished}\n{source}{grouped}"
        return re.sub(r"\{key_(since|until):", rf"{{key_\1_{number}:", text)

    def kept(self, table: str) -> str:
        """What was kept in a table, of the slots that are asked for."""
        return f"select {self.columns}\nfrom {table}\nwhere has({{slots:Array(UInt64)}}, slot)"

    def by_day(self) -> str:
        """The same day by day of the key, numbered in the column `slot`."""
        day = "{slot:UInt64} + toUInt64(dateDiff('day', {key_since:DateTime64(6)}, key_time)) as slot"
        keys = f"slot, {self.keys}" if self.keys else "slot"
        source = UNDATED.sub("", self.source)
        return f"select {day}, {self.unfinished}\n{source}\ngroup by {keys}"

    def whole(self, parts: Sequence[str]) -> str:
        """The answer from its parts, which are selects with the same columns."""
        together = "\nunion all\n".join(parts)
        grouped = f"\ngroup by {self.keys}" if self.keys else ""
        settings = "settings prefer_column_name_to_alias = 1"
        return f"select {self.finished}\nfrom (\n{together}\n){grouped}\n{self.rest}\n{settings}"


@cache
def mergeable(text: str) -> Mergeable | None:
    """The halves of a question; None for one that is not of that kind."""
    clauses = _clauses(_COMMENT.sub("", text).strip())
    source = clauses.get("from", "")
    if "{key_since:" not in source or _ELSEWHERE.search(source):
        return None
    unfinished: list[str] = []
    columns: list[str] = []
    finished: list[str] = []
    aggregates = exact = 0
    for item in _split(clauses["select"]):
        named = _ALIAS.fullmatch(item.strip())
        expression, name = (named[1].strip(), named[2]) if named else (item.strip(), item.strip())
        found = _AGGREGATE.match(expression)
        if " over (" in expression:
            finished.append(f"{expression} as {name}")
        elif found and _closing(expression, found.end() - 1) == len(expression) - 1:
            function, levels = f"{found[1]}{found[2] or ''}", found[3] or ""
            place = f"a{len(columns)}"
            columns.append(place)
            unfinished.append(f"{function}State{levels}{expression[found.end() - 1 :]} as {place}")
            finished.append(f"{function}Merge{levels}({place}) as {name}")
            aggregates += 1
            exact += bool(levels) or found[1] == "uniqExact"
        elif _ANY.search(expression):
            return None
        else:
            columns.append(name)
            unfinished.append(f"{expression} as {name}")
            finished.append(name)
    tail = [f"{name} {clauses[name]}" for name in ("having", "order by", "limit") if name in clauses]
    if not aggregates or any(map(_ANY.search, tail)):
        return None
    return Mergeable(
        unfinished=",\n".join(unfinished),
        columns=", ".join(columns),
        source=f"from {source}",
        keys=clauses.get("group by", ""),
        finished=",\n".join(finished),
        rest="\n".join(tail),
        exact=exact,
    )


def _clauses(text: str) -> dict[str, str]:
    """The clauses of the outermost select, by their words."""
    starts = [
        (found.start(), found.end(), found[1])
        for found in _CLAUSE.finditer(text)
        if all(text.count(a, 0, found.start()) == text.count(z, 0, found.start()) for a, z in ("()", "{}"))
    ]
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    return {name: text[begin:end].strip() for (_, begin, name), end in zip(starts, ends, strict=True)}


def _split(text: str) -> list[str]:
    """The items of a list, by the commas that stand in no brackets."""
    items, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            items.append(text[begin:place])
            begin = place + 1
    return [*items, text[begin:]]


def _closing(text: str, opening: int) -> int:
    """Where the bracket at `opening` is closed."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return -1
