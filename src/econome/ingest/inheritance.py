"""What a run has from its ancestors: user, session, environment, tags and metadata.

Apps name the user once, on the root. What was sent is not rewritten: what comes from above
stands in columns of its own, a property of the trace as `counted` is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MOST_KEYS: Final = 64
MOST_CHARACTERS: Final = 4_096
"""Of inherited tags, and of inherited metadata: each descendant stores them again."""

_OF_MACHINES: Final = (
    *("ls_", "LANGSMITH_", "LANGCHAIN_", "langsmith", "langchain", "langgraph_", "lc_", "checkpoint_", "__"),
    "langfuse_",
    *("usage_metadata", "revision_id", "created_by", "run_id", "run_attempt", "graph_id", "assistant_id"),
    *("library", "platform", "runtime", "sdk", "py_implementation", "service.name", "instrumentation"),
)
"""How the keys of metadata begin that frameworks write of the run itself, not of its trace."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """What a run says of itself, or has from above. Sorted, so that equal ones are equal."""

    user: str = ""
    session: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()
    metadata: Pairs = ()


NOTHING: Final = Labels()


def labels_of(
    user: str, session: str, environment: str, tags: list[str], metadata: Mapping[str, str]
) -> Labels | None:
    """What descendants may have from a run; None when it says nothing, as most do."""
    pairs = (
        tuple(sorted(pair for pair in metadata.items() if not pair[0].startswith(_OF_MACHINES)))
        if metadata
        else ()
    )
    if not (user or session or environment or tags or pairs):
        return None
    return _one(user, session, environment, tuple(sorted(set(tags))), pairs)


@lru_cache(4_096)
def _one(user: str, session: str, environment: str, tags: tuple[str, ...], metadata: Pairs) -> Labels:
    """One object for equal labels: all runs of an app have much the same."""
    return Labels(user, session, environment, tags, metadata)


def below(above: Labels, own: Labels | None) -> tuple[Labels, Labels]:
    """What a run has from above, and what it hands on: the nearest wins, tags are united."""
    if own is None:
        return above, above
    if above is NOTHING:
        return NOTHING, _bounded(own)
    if own == above:
        return NOTHING, above
    keys = {key for key, _ in own.metadata}
    inherited = Labels(
        "" if own.user else above.user,
        "" if own.session else above.session,
        "" if own.environment else above.environment,
        tuple(tag for tag in above.tags if tag not in own.tags),
        tuple(pair for pair in above.metadata if pair[0] not in keys),
    )
    if inherited == NOTHING:
        return NOTHING, _bounded(own)
    return inherited, _bounded(
        Labels(
            own.user or above.user,
            own.session or above.session,
            own.environment or above.environment,
            tuple(sorted({*own.tags, *inherited.tags})),
            tuple(sorted((*own.metadata, *inherited.metadata))),
        )
    )


def _bounded(labels: Labels) -> Labels:
    """Without what is too much to be stored with every descendant: the first that fit stay."""
    tags, room = [], MOST_CHARACTERS
    for tag in labels.tags[:MOST_KEYS]:
        room -= len(tag)
        if room >= 0:
            tags.append(tag)
    pairs: list[tuple[str, str]] = []
    room = MOST_CHARACTERS
    for key, value in labels.metadata:
        size = len(key) + len(value)
        if size <= room and len(pairs) < MOST_KEYS:
            room -= size
            pairs.append((key, value))
    if len(tags) == len(labels.tags) and len(pairs) == len(labels.metadata):
        return labels
    return Labels(labels.user, labels.session, labels.environment, tuple(tags), tuple(pairs))
