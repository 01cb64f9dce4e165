"""A run: one step of an app. A model call, a chain, a tool."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from econome.domain.usage import UsageSource

NO_ID = UUID(int=0)
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The key time of a run whose first piece carried no time; it keeps it (decision 0001)."""


class Kind(StrEnum):
    """What a run does. Kinds that we do not know are kept as sent."""

    LLM = "llm"
    EMBEDDING = "embedding"
    CHAIN = "chain"
    AGENT = "agent"
    TOOL = "tool"
    RETRIEVER = "retriever"
    PROMPT = "prompt"
    PARSER = "parser"


CALLS = frozenset({Kind.LLM, Kind.EMBEDDING})
"""The kinds that call a model, hence may use tokens."""


class Status(StrEnum):
    """How a run ended, if it did."""

    PENDING = "pending"
    SUCCESS = "success"
    ERROR = "error"


class Uncounted(StrEnum):
    """Why a call does not enter totals."""

    COUNTED = ""  # it does, or it is no call
    WRAPPER = "wrapper"  # a call below it reports the same tokens
    WRAPPED = "wrapped"  # a call above it knows its tokens, this one does not
    SERVED = "served"  # it is the server's view of a call that its client, above it, reports
    REPEATED = (
        "repeated"  # another run has the same answer, by its id, or is the same one half of whose id is known
    )
    SHADOWED = "shadowed"  # another library reports it: the same model and tokens, at the same time
    REPLAYED = "replayed"  # it was answered from the app's own cache


class Op(StrEnum):
    """Which half of a run a piece brings. What a patch says beats what a post says."""

    POST = "post"
    PATCH = "patch"


def seconds_between(started_at: datetime, ended_at: datetime | None) -> Decimal | None:
    """How long something took, exact to the microsecond; None while nobody told its end."""
    if ended_at is None:
        return None
    return Decimal((ended_at - started_at) // timedelta(microseconds=1)).scaleb(-6)


@dataclass(slots=True)
class Run:
    """One row of `runs`: every column, by its name. Mutable, for pieces fold into it.

    Times are aware UTC. Money is US dollars. Sizes of segments are characters.
    """

    workspace: UUID = NO_ID
    key_time: datetime = UNDATED  # never changes: derived from the id, see `wire.identity`
    id: UUID = NO_ID
    version: int = 0
    is_deleted: int = 0
    pieces: int = 0  # 1 post seen, 2 patch seen, 3 both
    patched: int = 0  # one bit per field that a patch gave: a late post leaves those alone

    project: UUID = NO_ID
    trace_id: UUID = NO_ID
    parent_id: UUID | None = None
    dotted_order: str = ""
    name: str = ""
    kind: str = ""  # a `Kind`, or as sent; empty until a piece tells
    status: str = Status.PENDING
    error: str = ""  # the first characters; the whole stands in the payload
    started_at: datetime = UNDATED
    ended_at: datetime | None = None
    first_token_at: datetime | None = None
    received_at: datetime = UNDATED

    model: str = ""  # the one that is priced: answered, else asked
    model_asked: str = ""
    model_answered: str = ""
    provider: str = ""
    service_tier: str = ""
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    streamed: bool | None = None

    response_id: str = ""  # the provider's own id of the answer: two runs with one are one call
    counted: bool = False  # whether it enters totals: a property of its trace
    uncounted: str = ""  # why a call is not counted: an `Uncounted`
    usage_source: str = UsageSource.NONE
    usage_convention: str = ""
    usage_place: int = 255  # where in the order of extraction it was found; lower beats higher
    uncached: int | None = None
    cache_read: int | None = None
    cache_read_audio: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    audio_in: int | None = None
    image_in: int | None = None
    video_in: int | None = None
    text_out: int | None = None
    reasoning: int | None = None
    audio_out: int | None = None
    image_out: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    fees: dict[str, int] = field(default_factory=dict)  # by `Fee`: how many; those of every call are not here

    price: UUID = NO_ID  # which row of `prices` made the cost; none: unpriced
    cost: Decimal | None = None
    input_cost: Decimal | None = None
    output_cost: Decimal | None = None
    fee_cost: Decimal | None = None  # what is billed beside tokens; `cost` is the sum of the three
    our_cost: Decimal | None = None  # what our price gives, also where the app stated a cost
    cost_reported: Decimal | None = None  # what the app said it cost, beside ours
    input_cost_reported: Decimal | None = None
    output_cost_reported: Decimal | None = None

    user: str = ""
    session: str = ""
    environment: str = ""
    tags: list[str] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)  # values as text
    inherited_user: str = ""  # what its ancestors say and it does not: a property of its trace
    inherited_session: str = ""
    inherited_environment: str = ""
    inherited_tags: list[str] = field(default_factory=list)
    inherited_metadata: dict[str, str] = field(default_factory=dict)
    reference_example_id: UUID | None = None
    notes: list[str] = field(default_factory=list)  # what was contradictory or mended

    chars_system: int = 0
    chars_tools: int = 0
    chars_history: int = 0
    chars_retrieved: int = 0
    chars_tool_results: int = 0
    chars_user: int = 0
    chars_answer: int = 0
    prompt_hash: int = 0
    answer_hash: int = 0
    input_preview: str = ""
    output_preview: str = ""

    call_site: str = ""  # the names from its root to it: a property of its trace, of calls alone
    prompt: str = ""  # the name that its app gives its prompt, else that of the template found for it
    prompt_version: str = ""  # as its app says, else counted from 1
    system_hash: int = 0  # of the instructions: equal ones are found by it
    toolset: int = 0  # of the schemas of the tools that it was offered
    tools_called: list[str] = field(default_factory=list)  # by its answer, as often as it does
