"""Where in its app a call stands: the names from the root of its trace down to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Protocol

from econome.domain.skeleton import skeleton_of

BETWEEN: Final = " > "
UNNAMED: Final = "?"

MOST_NAMES: Final = 12
"""Of deeper ones the middle is left out: loops of agents that call themselves."""

_LONGEST_NAME = 80
_OUTSIDE = "…"


class _Named(Protocol):
    @property
    def parent_id(self) -> int | None: ...
    @property
    def project(self) -> int: ...
    @property
    def name(self) -> str: ...


def call_site(run_id: int, members: Mapping[int, _Named]) -> str:
    """The call site of a run of a trace, as far as the trace is known and in one project."""
    member = members[run_id]
    path = [member.name]
    seen = {run_id}
    while member.parent_id is not None and member.parent_id not in seen:
        parent = members.get(member.parent_id)
        if parent is None or parent.project != member.project:
            break
        seen.add(member.parent_id)
        path.append(parent.name)
        member = parent
    return _joined(tuple(path))


@lru_cache(8_192)
def _joined(path: tuple[str, ...]) -> str:
    """From the root down. A step taken again and again stands once; ids in names are left out."""
    names: list[str] = []
    for name in reversed(path):
        clean = _clean(name)
        if not names or names[-1] != clean:
            names.append(clean)
    if len(names) > MOST_NAMES:
        half = MOST_NAMES // 2
        names = [*names[:half], _OUTSIDE, *names[-half:]]
    return BETWEEN.join(names)


@lru_cache(8_192)
def _clean(name: str) -> str:
    return _OUTSIDE.join(skeleton_of(name[:_LONGEST_NAME]).literals).strip() or UNNAMED
