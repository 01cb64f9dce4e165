"""Which runs are shared with whoever has their token, and which tokens let somebody judge a run."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from uuid import UUID, uuid4

from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version


@dataclass(frozen=True, slots=True)
class Share:
    """A run that is shown to whoever has the token, with all below it in its project; or a dataset."""

    workspace: UUID
    run_id: UUID  # or the dataset's
    token: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackToken:
    """Leave to judge one run under one key, until a moment."""

    id: UUID
    workspace: UUID
    run_id: UUID
    key: str
    feedback_id: UUID | None  # what is said becomes this feedback; None: one of the token's own
    config: str  # JSON text
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Row(Share):
    version: int


class Shares:
    """The registry. Safe to call from many threads; each change is stored before it shows.

    Tokens are drawn here, 122 random bits each, whatever a client proposes: who has one sees.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._by_token: dict[UUID, Share] = {}
        self._by_run: dict[tuple[UUID, UUID], Share] = {}
        self._versions: dict[tuple[UUID, UUID], int] = {}
        for row in store.ask(_Row, question("shares_all", "econome.ingest.sql")):
            share = Share(row.workspace, row.run_id, row.token, row.created_at)
            self._by_token[share.token] = self._by_run[share.workspace, share.run_id] = share
            self._versions[share.workspace, share.run_id] = row.version

    def of(self, token: UUID) -> Share | None:
        """What a token opens."""
        return self._by_token.get(token)

    def get(self, workspace: UUID, run: UUID) -> Share | None:
        """How a run is shared, if it is."""
        return self._by_run.get((workspace, run))

    def share(self, workspace: UUID, run: UUID) -> Share:
        """Shares a run; one that is shared keeps its token."""
        with self._lock:
            known = self._by_run.get((workspace, run))
            if known is not None:
                return known
            share = Share(workspace, run, uuid4(), datetime.now(UTC))
            self._write(share, is_deleted=False)
            self._by_token[share.token] = self._by_run[workspace, run] = share
        return share

    def end(self, workspace: UUID, run: UUID) -> None:
        """Its token opens nothing from now on; sharing it again draws another."""
        with self._lock:
            known = self._by_run.get((workspace, run))
            if known is None:
                return
            self._write(known, is_deleted=True)
            self._by_run.pop((workspace, run), None)
            self._by_token.pop(known.token, None)

    def _write(self, share: Share, *, is_deleted: bool) -> None:
        key = (share.workspace, share.run_id)
        version = next_version(self._versions.get(key, 0))
        row = {field.name: [getattr(share, field.name)] for field in fields(Share)}
        self._store.insert("shares", {**row, "version": [version], "is_deleted": [int(is_deleted)]})
        self._versions[key] = version


def put_tokens(store: Store, tokens: list[FeedbackToken]) -> None:
    """Stores tokens for feedback."""
    names = [field.name for field in fields(FeedbackToken)]
    columns = {name: [getattr(token, name) for token in tokens] for name in names}
    store.insert("feedback_tokens", {**columns, "version": [next_version(0)] * len(tokens)})


def feedback_token(store: Store, token: UUID) -> FeedbackToken | None:
    """The token of that id, over or not."""
    answer = store.ask(FeedbackToken, question("feedback_token", "econome.ingest.sql"), token=token)
    return answer[0] if answer else None


def tokens_of_run(
    store: Store, workspace: UUID, run: UUID, *, limit: int, offset: int
) -> list[FeedbackToken]:
    """The tokens that were given for a run, the latest first."""
    return store.ask(
        FeedbackToken,
        question("feedback_tokens_of_run", "econome.ingest.sql"),
        workspace=workspace,
        run=run,
        limit=limit,
        offset=offset,
    )
