"""From the calls of a prompt to what they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict, get_args
from uuid import UUID

from msgspec import Meta

from econome.analytics.prompts import Prompt, Tool, Wording
from econome.analytics.segments import Shares
from econome.domain.usage import Bucket
from econome.ingest.projects import Projects
from econome.web.api.path_names import in_path
from econome.web.api.shapes.plain import Moment, Money, Named, iso, money, project
from econome.web.api.shapes.totals import Coverage, Used, coverage, quantile, used

SegmentName = Literal["tools", "system", "history", "retrieved", "user", "tool_results", "unsplit"]


class SegmentShare(TypedDict):
    """What a segment used: a share, by characters, of the calls' tokens. Cached are those in front."""

    segment: SegmentName
    chars: int
    tokens: int
    uncached: int
    cache_read: int
    cache_write: int
    cost: Annotated[Money | None, Meta(description="null where nothing of it has a price of ours")]


class Lengths(TypedDict):
    """Tokens of input of a call; null for none."""

    mean: float | None
    p50: float | None
    p95: float | None


class PromptRow(Used):
    """The calls of a prompt, of a version, or of a call site. Segments and media are all of the input."""

    name: str
    path: Annotated[str, Meta(description="the name as it stands in a path, such as /prompts/{id}")]
    calls: int
    failed_calls: int
    calls_with_input: Annotated[int, Meta(description="whose input is known: what means are over")]
    input: Lengths
    segments: list[SegmentShare]
    media_tokens: Annotated[int, Meta(description="of pictures, sound and video")]
    media_cost: Money | None
    unpriced_tokens: Annotated[int, Meta(description="of the input, those of calls without a price of ours")]
    unshared_cost: Annotated[Money | None, Meta(description="of input, stated by the apps as one sum")]
    versions: int
    prompts: int
    call_sites: int
    models: list[str]
    projects: list[Named]
    first_at: Moment
    last_at: Moment
    coverage: Coverage


class PromptWording(TypedDict):
    """The text of a version: pieces, a slot between any two. An empty piece at an end is a slot there."""

    version: str
    name: Annotated[str, Meta(description="as /prompts/{id}/compare and filters want it: with its prompt")]
    project: Named
    found_in: Annotated[str, Meta(description="the name of the runs")]
    told: Annotated[bool, Meta(description="the app names the prompt; else it was found by its wording")]
    system: list[str]
    user: list[str]
    found_at: Moment


class ToolRow(TypedDict):
    """A tool. Tokens and cost are of its schema, a share by characters of those of all schemas."""

    name: str
    chars: Annotated[int, Meta(description="of its schema")]
    offered: Annotated[int, Meta(description="calls that were offered it")]
    called: Annotated[int, Meta(description="how often answers called it")]
    calling: Annotated[int, Meta(description="calls whose answers did")]
    tokens: int
    cost: Money | None


def prompt_row(row: Prompt, shares: Shares, projects: Projects, workspace: UUID) -> PromptRow:
    """A prompt, a version or a call site, with its segments."""
    half, most = row.lengths
    mean = None
    if row.input_tokens is not None and row.calls_with_input:
        mean = row.input_tokens / row.calls_with_input
    return {
        "name": row.name,
        "path": in_path(row.name),
        "calls": row.calls,
        "failed_calls": row.failed_calls,
        "calls_with_input": row.calls_with_input,
        "input": {"mean": mean, "p50": quantile(half), "p95": quantile(most)},
        "segments": segments(shares),
        "media_tokens": shares.media_tokens,
        "media_cost": money(shares.media_cost),
        "unpriced_tokens": shares.unpriced_tokens,
        "unshared_cost": money(shares.unshared_cost),
        "versions": row.versions,
        "prompts": row.prompts,
        "call_sites": row.call_sites,
        "models": row.models,
        "projects": [project(projects, workspace, one) for one in row.in_projects],
        "first_at": iso(row.first_at),
        "last_at": iso(row.last_at),
        **used(row),
        "coverage": coverage(row),
    }


def segments(shares: Shares) -> list[SegmentShare]:
    """Each segment, in the order in which providers see them."""
    return [
        {
            "segment": name,
            "chars": share.chars,
            "tokens": share.tokens,
            "uncached": share.by_state[Bucket.UNCACHED],
            "cache_read": share.by_state[Bucket.CACHE_READ],
            "cache_write": share.written,
            "cost": money(share.cost),
        }
        for name, share in zip(get_args(SegmentName), shares.all, strict=True)
    ]


def prompt_wordings(
    prompt: str, found: Sequence[Wording], projects: Projects, workspace: UUID
) -> list[PromptWording]:
    """The texts of a prompt's versions."""
    return [
        {
            "version": one.prompt_version,
            "name": f"{prompt} @ {one.prompt_version}",
            "project": project(projects, workspace, one.project),
            "found_in": one.name,
            "told": one.is_told,
            "system": one.system,
            "user": one.user,
            "found_at": iso(one.found_at),
        }
        for one in found
    ]


def tool_row(tool: Tool) -> ToolRow:
    """A tool, offered and called."""
    return {
        "name": tool.name,
        "chars": tool.chars,
        "offered": tool.offered_calls,
        "called": tool.times_called,
        "calling": tool.calls_calling,
        "tokens": tool.tokens,
        "cost": money(tool.cost),
    }
