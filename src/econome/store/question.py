"""A question to the store: one .sql file, complete and runnable in any console."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from econome.domain.scope import EVERYTHING, Condition

FILTER = "/* filter */ 1"
"""Where a question lets a compiled filter in; left alone, it keeps everything."""


RUNS = "from runs final"
"""What a question asks of, unless its condition names another source of the same columns."""


@dataclass(frozen=True, slots=True)
class Question:
    """The text of a question, by its name."""

    name: str
    text: str

    def where(self, condition: Condition) -> str:
        """The text, narrowed by `condition`.

        Raises `ValueError` for a question that has no place for a filter: narrowing it
        silently to everything would show somebody rows they did not ask for.
        """
        if condition is EVERYTHING:
            return self.text
        text = self.text
        if condition.sql != EVERYTHING.sql:
            if FILTER not in text:
                message = f"The question {self.name} takes no filter: it has no {FILTER!r}"
                raise ValueError(message)
            text = text.replace(FILTER, f"({condition.sql})")
        if condition.source:
            text = text.replace(RUNS, f"from {condition.source}").replace("\nprewhere ", "\nwhere ")
        return text


@cache
def question(name: str, package: str = "econome.analytics.sql") -> Question:
    """The question of `<package>/<name>.sql`."""
    return Question(name, files(package).joinpath(f"{name}.sql").read_text("utf-8"))
