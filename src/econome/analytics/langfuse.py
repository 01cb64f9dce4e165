"""Feedback, as Langfuse's clients list their scores, and files, as they ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from econome.analytics.langsmith_feedback import Remark
from econome.store.client import Store
from econome.store.question import question

_EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class _Counted(Remark):
    total: int


@dataclass(frozen=True, slots=True)
class Scores:
    """A page of feedback, and how much there is of it."""

    rows: list[Remark]
    total: int


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that came with a run."""

    run_id: UUID
    name: str
    mime: str
    size: int
    version: int  # microseconds since 1970: when it came


@dataclass(frozen=True, slots=True)
class Place:
    """A run, and where it is."""

    trace_id: UUID
    id: UUID
    project: UUID
    is_root: bool


def places_of(
    store: Store, workspace: UUID, traces: Sequence[UUID], runs: Sequence[UUID] = ()
) -> list[Place]:
    """The runs of these traces, and these runs, roots first."""
    return store.ask(
        Place, question("langfuse_places"), workspace=workspace, traces=list(traces), runs=list(runs)
    )


def scores_of(
    store: Store,
    workspace: UUID,
    projects: Sequence[UUID],
    *,
    ids: Sequence[UUID] = (),
    traces: Sequence[UUID] = (),
    runs: Sequence[UUID] = (),
    names: Sequence[str] = (),
    sources: Sequence[str] = (),
    sessions: Sequence[str] = (),
    kinds: Sequence[str] = (),
    environments: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Scores:
    """Feedback, newest first; an empty sequence keeps all. A page beyond the last has no total."""
    rows = store.ask(
        _Counted,
        question("langfuse_scores"),
        workspace=workspace,
        projects=list(projects),
        ids=list(ids),
        traces=list(traces),
        runs=list(runs),
        names=list(names),
        sources=list(sources),
        sessions=list(sessions),
        kinds=list(kinds),
        environments=list(environments),
        after=since or _EVER[0],
        before=until or _EVER[1],
        limit=limit,
        offset=offset,
    )
    remarks = [Remark(**{name: getattr(row, name) for name in Remark.__slots__}) for row in rows]
    return Scores(remarks, rows[0].total if rows else 0)


def media_file(store: Store, workspace: UUID, projects: Sequence[UUID], media: str) -> MediaFile | None:
    """The file with this id, the last that came with a run of these projects; none at all means any."""
    found = store.ask(
        MediaFile, question("langfuse_media"), workspace=workspace, projects=list(projects), media=media
    )
    return found[0] if found else None
