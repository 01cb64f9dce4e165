"""Prompts and call sites: what the calls of each used, how long they were, and of what they were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from econome.analytics.dimension import Dimension
from econome.analytics.paging import NameCursor
from econome.analytics.segments import Shares, counted_out, shared_out, shares_of
from econome.analytics.sessions import Ranked, next_of, order_of
from econome.analytics.totals import Sums
from econome.domain.scope import Condition, Scope
from econome.store.client import Store
from econome.store.question import question

MOST_WORDINGS = 64
MOST_TOOLSETS = 200
MOST_TOOLS = 1_000


class PromptSort(StrEnum):
    """What prompts can be sorted by."""

    COST = "cost"
    TOKENS = "tokens"
    CALLS = "calls"
    LENGTH = "length"
    VERSIONS = "versions"
    LAST = "last"


class Grouping(StrEnum):
    """What a row is of."""

    PROMPT = "prompt"
    CALL_SITE = "call_site"


@dataclass(frozen=True, slots=True)
class Prompt(Sums):
    """What the calls of a prompt, of one of its versions, or of a call site used."""

    name: str
    failed_calls: int
    calls_with_input: int  # whose input tokens are known
    lengths: list[float]  # p50 and p95 of them, NaN for none
    versions: int
    prompts: int
    call_sites: int
    models: list[str]
    in_projects: list[UUID]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PromptTotal:
    """How many there are in a scope."""

    calls: int
    unseen_calls: int  # stored before anybody looked
    calls_without: int  # that nobody can know the prompt of: they came without a text
    prompts: int
    call_sites: int


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a version of a prompt, as pieces with slots between."""

    project: UUID
    prompt_version: str
    name: str  # of the runs in which it was found
    is_told: bool
    number: int
    system: list[str]
    user: list[str]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that calls were offered or made use of."""

    name: str
    chars: int  # of its schema, the longest there was
    offered_calls: int
    times_called: int
    calls_calling: int
    tokens: int  # of its schema, in all calls that were offered it
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class _Called:
    tool: str
    times: int
    calls: int


@dataclass(frozen=True, slots=True)
class _Offered:
    toolset: str
    calls: int


@dataclass(frozen=True, slots=True)
class _Toolset:
    id: int
    names: list[str]
    sizes: list[int]


def page_of_prompts(
    store: Store,
    scope: Scope,
    by: Dimension,
    sort: PromptSort,
    cursor: str | None,
    limit: int,
    *,
    descending: bool = True,
) -> tuple[list[Prompt], str | None]:
    """Prompts, versions or call sites in the order asked for, and the cursor of the next page."""
    order = order_of(sort, descending=descending)
    after = NameCursor.of(cursor, order) if cursor else None
    ranked = store.ask(
        Ranked,
        question("page_of_prompts"),
        scope.filter,
        dimension=by.column,
        sort=f"by_{sort}",
        direction=-1 if descending else 1,
        after=after.name if after else None,
        after_rank=after.rank if after else None,
        limit=limit + 1,
        **scope.parameters(),
    )
    names = [one.name for one in ranked[:limit]]
    return prompts_named(store, scope, by, names), next_of(order, ranked, limit)


def prompts_named(store: Store, scope: Scope, by: Dimension, names: Sequence[str]) -> list[Prompt]:
    """Those of these names that have calls in the scope, in their order."""
    if not names:
        return []
    asked = question("prompts_named")
    rows = store.ask(
        Prompt, asked, scope.filter, dimension=by.column, names=list(names), **scope.parameters()
    )
    by_name = {row.name: row for row in rows}
    return [by_name[name] for name in names if name in by_name]


def total_of_prompts(store: Store, scope: Scope) -> PromptTotal:
    """How many prompts and call sites a scope has."""
    return store.ask(PromptTotal, question("prompts_total"), scope.filter, **scope.parameters())[0]


def wordings(store: Store, scope: Scope, prompt: str) -> list[Wording]:
    """The texts of the versions of a prompt, those of most calls first."""
    return store.ask(
        Wording,
        question("wordings"),
        workspace=scope.workspace,
        projects=list(scope.projects),
        prompt=prompt,
        limit=MOST_WORDINGS,
    )


def narrowed(scope: Scope, by: Dimension, name: str) -> Scope:
    """The part of a scope that is of one prompt, version or call site."""
    condition = Condition(
        sql=f"({scope.filter.sql}) and {by.column} = {{of_{by.value}:String}}",
        parameters={**scope.filter.parameters, f"of_{by.value}": name},
        source=scope.filter.source,
    )
    return replace(scope, filter=condition)


def tools_of(store: Store, scope: Scope) -> list[Tool]:
    """The tools of a scope, those whose schemas cost most first.

    A schema has its share of the tokens of all schemas of its calls, by characters.
    """
    given = scope.parameters()
    called = {
        row.tool: row
        for row in store.ask(_Called, question("tools_called"), scope.filter, limit=MOST_TOOLS, **given)
    }
    offered = store.ask(_Offered, question("tools_offered"), scope.filter, limit=MOST_TOOLSETS, **given)
    shares = shares_of(store, scope, "toolset", [row.toolset for row in offered])
    ids = [int(row.toolset) for row in offered]
    known = {
        row.id: row
        for row in store.ask(_Toolset, question("toolsets_named"), workspace=scope.workspace, ids=ids)
    }
    found: dict[str, Tool] = {}
    for row in offered:
        toolset = known.get(int(row.toolset))
        if toolset is not None:
            for tool in _parts(toolset, row.calls, shares.get(row.toolset, Shares())):
                found[tool.name] = _sum(found[tool.name], tool) if tool.name in found else tool
    for name, use in called.items():
        if name not in found:
            found[name] = Tool(name, 0, 0, 0, 0, 0, None)
        found[name] = replace(found[name], times_called=use.times, calls_calling=use.calls)
    return sorted(found.values(), key=lambda tool: (-(tool.cost or 0), -tool.tokens, tool.name))


def _parts(toolset: _Toolset, calls: int, shares: Shares) -> Iterable[Tool]:
    whole = shares.segments["tools"]
    tokens = counted_out(whole.tokens, toolset.sizes)
    costs: Sequence[Decimal | None] = [None] * len(tokens)
    if whole.cost is not None:
        costs = shared_out(whole.cost, [Decimal(size) for size in toolset.sizes])
    for name, size, used, cost in zip(toolset.names, toolset.sizes, tokens, costs, strict=True):
        yield Tool(name, size, calls, 0, 0, used, cost)


def _sum(one: Tool, other: Tool) -> Tool:
    costs = [cost for cost in (one.cost, other.cost) if cost is not None]
    return replace(
        one,
        chars=max(one.chars, other.chars),
        offered_calls=one.offered_calls + other.offered_calls,
        tokens=one.tokens + other.tokens,
        cost=sum(costs, Decimal(0)) if costs else None,
    )
