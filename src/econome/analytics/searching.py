"""Where a text stands inside one trace: in what its runs are called, were given, gave, or failed of."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from econome.analytics.runs import windows_of
from econome.domain.scope import EVERYTHING
from econome.store.client import Store
from econome.store.question import question

AROUND = 40
"""Characters shown before what was found."""

_AFTER = 80

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_LETTERS = {"n": " ", "r": " ", "t": " ", "b": " ", "f": " "}


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a run has the text, and what stands around it there."""

    id: UUID
    place: str  # "name", "model", "user", "session", "tags", "metadata", "inputs", "outputs" or "error"
    excerpt: str


def search_trace(
    store: Store, workspace: UUID, projects: Sequence[UUID], trace: UUID, text: str
) -> dict[UUID, list[Found]]:
    """The runs of a trace that have `text` anywhere, in any case; of each, the first spot in each place."""
    for earliest in windows_of(trace):
        found = _search(
            store, text, workspace=workspace, projects=list(projects), trace=trace, earliest=earliest
        )
        if found:
            return found
    return {}


def _search(store: Store, text: str, **of: object) -> dict[UUID, list[Found]]:
    shown = {"around": AROUND, "length": AROUND + len(text) + _AFTER}
    rows = store.ask(Found, question("found_in_runs"), EVERYTHING, sought=text, **of, **shown)
    spellings = _spellings(text)
    payloads = store.ask(
        Found, question("found_in_payloads"), EVERYTHING, sought=text, spellings=spellings, **of, **shown
    )
    found: dict[UUID, dict[str, Found]] = {}
    for one in rows:
        found.setdefault(one.id, {})[one.place] = one
    for one in payloads:
        excerpt = one.excerpt if one.place == "error" else _readable(one.excerpt)
        # The error stands in both: as it was sent, and in the row.
        found.setdefault(one.id, {}).setdefault(one.place, Found(one.id, one.place, excerpt))
    return {run: list(places.values()) for run, places in found.items()}


def _spellings(text: str) -> list[str]:
    """The ways in which JSON may have the text, escaped or not. An escaped letter hides its case."""
    escaped = {json.dumps(case)[1:-1] for case in (text, text.lower(), text.upper())}
    return sorted({json.dumps(text, ensure_ascii=False)[1:-1], *escaped})


def _readable(excerpt: str) -> str:
    """A cutting from a JSON text, with its escapes read. Of one that was cut in two a part may stay."""
    text = _ESCAPE.sub(_read, excerpt)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else _LETTERS.get(letter, letter)
