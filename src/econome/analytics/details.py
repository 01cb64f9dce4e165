"""What stands around one run: the price that made its cost, its files, what was said about it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from econome.analytics.prices import prices_of
from econome.analytics.runs import RunRow
from econome.analytics.traces import TreeRow
from econome.domain.price import Cost, Price
from econome.domain.run import NO_ID, seconds_between
from econome.domain.usage import Bucket, Usage
from econome.pricing.cost import cost_of
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a run."""

    name: str
    mime: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes, what it is called, and what they are said to be."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Remark:
    """Feedback on a run."""

    key: str
    score: float | None
    value: str  # JSON text, or empty
    comment: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Encoded:
    name: str
    mime: str
    content: str


def bill_of(store: Store, run: RunRow) -> Cost | None:
    """The lines that make a run's cost, by the price that made it; None for a cost without a price."""
    if run.price == NO_ID:
        return None
    price = prices_of(store, [run.price]).get(run.price)
    return None if price is None else bill_at(price, run)


def bills_of(store: Store, runs: Sequence[TreeRow]) -> dict[UUID, Cost]:
    """The lines that make the cost of each run that has one, by its id; see `bill_of`."""
    priced = [run for run in runs if run.price != NO_ID and run.cost is not None]
    prices = prices_of(store, {run.price for run in priced})
    bills = ((run, bill_at(prices[run.price], run)) for run in priced if run.price in prices)
    return {run.id: bill for run, bill in bills if bill is not None and bill.total == run.cost}


def bill_at(price: Price, run: RunRow | TreeRow) -> Cost | None:
    """The lines that a run's cost would have at a price; None if it has none there."""
    usage = Usage(**{bucket.value: getattr(run, bucket.value) for bucket in Bucket})
    return cost_of(usage, price, run.fees, seconds_between(run.started_at, run.ended_at))


def attachments_of_run(store: Store, run: RunRow, workspace: UUID) -> list[Attachment]:
    """The files that came with a run, by name."""
    return store.ask(
        Attachment,
        question("attachments_of_run"),
        workspace=workspace,
        key_time=run.key_time,
        run=run.id,
    )


def digest_of(name: str) -> str:
    """What stands for a file's name in an address: a name may be "..", or hold a line's end."""
    return sha256(name.encode("utf-8", "replace")).hexdigest()


def attachment(store: Store, run: RunRow, workspace: UUID, digest: str) -> Content | None:
    """One file that came with a run, by the digest of its name."""
    answer = store.ask(
        _Encoded,
        question("attachment"),
        workspace=workspace,
        key_time=run.key_time,
        run=run.id,
        digest=digest,
    )
    return Content(answer[0].name, answer[0].mime, base64.b64decode(answer[0].content)) if answer else None


def feedback_of_run(store: Store, workspace: UUID, run: RunRow) -> list[Remark]:
    """What was said about a run, oldest first; of a root, what was said of its trace too."""
    about = [run.id] if run.parent_id is not None else [run.id, run.trace_id]
    return store.ask(Remark, question("feedback_of_run"), workspace=workspace, runs=about)


@dataclass(frozen=True, slots=True)
class _Score:
    run: UUID
    key: str
    score: float
    judgements: int


def scores_of(store: Store, workspace: UUID, rows: Sequence[RunRow]) -> dict[UUID, dict[str, float]]:
    """The mean score of each run by key of the feedback; of a root, what was said of its trace too."""
    subjects = {row.id for row in rows} | {row.trace_id for row in rows if row.parent_id is None}
    if not subjects:
        return {}
    of_subject: dict[UUID, dict[str, float]] = {}
    for found in store.ask(
        _Score, question("scores_of_runs"), workspace=workspace, runs=sorted(subjects, key=str)
    ):
        of_subject.setdefault(found.run, {})[found.key] = found.score
    return {
        row.id: {
            **(of_subject.get(row.trace_id, {}) if row.parent_id is None else {}),
            **of_subject.get(row.id, {}),
        }
        for row in rows
    }
