"""What only metrics told, beside what runs tell: two ledgers that are never added up.

The same tokens are in an app's spans and in its metrics. So a model of a service that has runs
with usage in the span, or an hour around it (a metric is told after its calls), is shown as a
cross-check, with both numbers, and is in no total. What has no such runs is in the metered total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from econome.analytics.errors import BadQuestion
from econome.analytics.metered_bill import Bill, Priced, add_up, bill_of
from econome.domain.metered import Measure
from econome.domain.scope import EVERYTHING, Scope
from econome.pricing.book import PriceBook
from econome.store.client import Store
from econome.store.question import question

AROUND = timedelta(hours=1)
"""How long after its calls a metric may be told, and how far a clock may differ."""
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Amount:
    """What was told of one thing on one day."""

    project: UUID
    service: str
    provider: str
    model: str
    tier: str
    measure: str
    part: str
    modality: str
    day: date
    amount: Decimal
    calls: int | None
    unknown_starts: int
    asked: list[str]
    told_by: list[str]
    not_added: list[str]


@dataclass(frozen=True, slots=True)
class Traced:
    """The runs of one model, told one by one. Money is as recorded."""

    project: UUID
    service: str
    model: str
    asked: str
    answered: str
    calls: int
    input: int | None
    output: int | None
    cost: Decimal | None

    @property
    def names(self) -> set[str]:
        """All that its model is called."""
        return {name.lower() for name in (self.model, self.asked, self.answered) if name}


@dataclass(frozen=True, slots=True)
class MeteredModel:
    """One model of one service."""

    project: UUID
    service: str
    model: str
    asked: list[str]
    providers: list[str]
    days: dict[date, Bill]
    told_by: list[str]
    not_added: list[str]  # other ways of telling the same
    unknown_starts: int  # streams of which only a later part is known
    traced: list[Traced] = field(default_factory=list)

    @property
    def bill(self) -> Bill:
        """All its days."""
        return add_up(self.days.values())


@dataclass(frozen=True, slots=True)
class MeteredLedger:
    """The models of a span, dearest first."""

    models: list[MeteredModel]

    @property
    def total(self) -> Bill:
        """What nobody told but by metrics."""
        return add_up(one.bill for one in self.models if not one.traced)

    @property
    def checked(self) -> Bill:
        """What runs tell as well: no total of anything."""
        return add_up(one.bill for one in self.models if one.traced)

    @property
    def traced(self) -> list[Traced]:
        """The runs beside `checked`, each once."""
        return list(dict.fromkeys(run for one in self.models for run in one.traced))


def metered(
    store: Store,
    book: PriceBook,
    scope: Scope,
    name_of: Callable[[UUID, UUID], str],
    *,
    services: Sequence[str] = (),
    models: Sequence[str] = (),
) -> MeteredLedger:
    """The metered ledger of a scope; its filter is of runs, and not asked.

    Raises `BadQuestion` for more than can be told at once.
    """
    amounts = store.ask(
        Amount,
        question("metered"),
        EVERYTHING,
        workspace=scope.workspace,
        since=scope.since,
        until=scope.until,
        projects=list(scope.projects),
        services=list(services),
        models=list(models),
        limit=MOST_ROWS + 1,
    )
    if len(amounts) > MOST_ROWS:
        raise BadQuestion(f"since: metrics told more than {MOST_ROWS} things in this time. Ask for less.")
    if not amounts:
        return MeteredLedger([])
    around = replace(scope, since=scope.since - AROUND, until=scope.until + AROUND)
    traced = store.ask(
        Traced,
        question("metered_traced"),
        EVERYTHING,
        first=scope.since,
        last=scope.until,
        **around.parameters(),
    )
    by_model: dict[tuple[UUID, str, str], list[Amount]] = {}
    for amount in amounts:
        by_model.setdefault((amount.project, amount.service, amount.model), []).append(amount)

    def priced(row: Amount) -> Priced:
        name = name_of(scope.workspace, row.project) if book.has_overrides else ""
        return Priced(book, row.provider, row.model, row.tier, scope.workspace, name)

    found = [_model(rows, priced, traced) for rows in by_model.values()]
    return MeteredLedger(sorted(found, key=_by_size))


def _model(
    rows: Sequence[Amount], priced: Callable[[Amount], Priced], traced: Sequence[Traced]
) -> MeteredModel:
    first = rows[0]
    asked = sorted({name for row in rows for name in row.asked if name})
    believed = [row for row in rows if row.told_by]
    names = {name.lower() for name in (first.model, *asked) if name}
    return MeteredModel(
        project=first.project,
        service=first.service,
        model=first.model,
        asked=asked,
        providers=sorted({row.provider for row in believed if row.provider}),
        days={day: _bill(group, priced) for day, group in _by_day(believed).items()},
        told_by=sorted({way for row in believed for way in row.told_by}),
        not_added=sorted({way for row in rows for way in row.not_added}),
        unknown_starts=sum(row.unknown_starts for row in believed),
        traced=[
            run
            for run in traced
            if run.project == first.project
            and run.service in ("", first.service)
            and (not names or run.names & names)  # what names no model may be of any
        ],
    )


def _by_day(rows: Iterable[Amount]) -> Mapping[date, list[Amount]]:
    """The rows of each day on which anything was told: an idle process repeats its last numbers."""
    days: dict[date, list[Amount]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row)
    return {
        day: group for day, group in sorted(days.items()) if any(row.amount or row.calls for row in group)
    }


def _bill(rows: Sequence[Amount], priced: Callable[[Amount], Priced]) -> Bill:
    """One day's bill: that of each provider and tier, added up."""
    groups: dict[tuple[str, str], list[Amount]] = {}
    for row in rows:
        groups.setdefault((row.provider, row.tier), []).append(row)
    return add_up(_bill_of_group(group, priced(group[0])) for group in groups.values())


def _bill_of_group(rows: Sequence[Amount], priced: Priced) -> Bill:
    tokens: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.measure == Measure.TOKENS:
            tokens[row.part, row.modality] = tokens.get((row.part, row.modality), 0) + round(row.amount)
    return bill_of(
        tokens,
        priced,
        rows[0].day,
        calls=_calls(rows),
        seconds=_sum(rows, Measure.SECONDS),
        reported=_sum(rows, Measure.COST) or None,  # nothing for tokens is how senders say "not known"
    )


def _sum(rows: Iterable[Amount], measure: Measure) -> Decimal | None:
    known = [row.amount for row in rows if row.measure == measure]
    return sum(known, Decimal(0)) if known else None


def _calls(rows: Sequence[Amount]) -> int | None:
    """How many calls there were: as a counter of them says, else whoever timed them, else their tokens."""
    counted = _sum(rows, Measure.CALLS)
    if counted is not None:
        return int(counted)
    timed = [row.calls for row in rows if row.measure == Measure.SECONDS and row.calls is not None]
    if timed:
        return sum(timed)
    parts: dict[str, int] = {}
    for row in rows:
        if row.measure == Measure.TOKENS and row.calls is not None:
            parts[row.part] = parts.get(row.part, 0) + row.calls
    return max(parts.values(), default=None)


def _by_size(one: MeteredModel) -> tuple[Decimal, int, str, str]:
    bill = one.bill
    return (
        -(bill.cost or Decimal(0)),
        -((bill.usage.input or 0) + (bill.usage.output or 0)),
        one.service,
        one.model,
    )
