"""Which runs of a trace count: each call once, though wrappers repeat what they wrap.

A model call inside a model call (a wrapped client inside a LangChain model, say) reports
the same tokens twice. The deepest one that knows its tokens counts; where none knows, the
deepest. It is a property of the whole trace, recomputed when a piece changes it, so that
the order of arrival changes nothing.

Ids are integers here and in `memory`: a UUID hashes itself in Python, and it was hashed some
fifty times a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from econome.domain.run import UNDATED, Uncounted
from econome.ingest.call_site import call_site
from econome.ingest.inheritance import NOTHING, Labels, below
from econome.wire.otlp.span import is_half_known

PARTIAL: Final = "the calls below it report fewer tokens than it does: "
"""How the note begins on a call whose own report is more than what counts below it."""


@dataclass(frozen=True, slots=True)
class Member:
    """What counting needs to know of a run."""

    key_time: datetime
    parent_id: int | None
    project: int
    is_call: bool
    is_known: bool  # whether somebody said how many tokens it used
    is_sum: bool = False  # what it knows is the sum of the calls below it
    is_server: bool = False  # it is the server's view of a call
    is_replayed: bool = False  # no call: the app answered it from its own cache
    started_at: datetime = UNDATED
    ended_at: datetime | None = None
    model: str = ""
    library: str = ""  # which instrumentation tells of it; "" where nobody says
    service: str = ""  # which app
    answer: str = ""  # the provider's id of its answer
    information: int = 0  # how much it says of its usage; more beats less between two of one call
    sent: int | None = None
    generated: int | None = None
    labels: Labels | None = None
    name: str = ""


class Verdict(NamedTuple):
    """What the trace says of a run, before other traces are asked."""

    is_counted: bool
    uncounted: str = Uncounted.COUNTED
    partial: str = ""  # what the calls below it lack
    inherited: Labels = NOTHING
    call_site: str = ""  # of calls alone


_NO_CALL: Final[Verdict] = Verdict(is_counted=False)
_VERDICTS: Final[dict[Uncounted, Verdict]] = {
    Uncounted.COUNTED: Verdict(is_counted=True),
    **{why: Verdict(False, why) for why in Uncounted if why != Uncounted.COUNTED},
}


def judge(members: Mapping[int, Member]) -> dict[int, Verdict]:
    """What is to be said of each run of a trace.

    A call counts when no call below it knows its tokens, and either it knows its own, or
    no call stands below it and none above it knows. A server's view of a call counts only where
    no client above it knows. A trace that passes into another project
    is another one there: what one project sends never takes from the totals of another, and
    hands nothing down to it.
    """
    calls = sum(member.is_call for member in members.values())
    is_labelled = len(members) > 1 and any(member.labels is not None for member in members.values())
    parents = _parents_first(members) if calls > 1 or is_labelled else {}
    verdicts = (
        _counted(members, parents) if calls > 1 else {run_id: _alone(members[run_id]) for run_id in members}
    )
    for run_id in _twins(members) if calls > 1 else ():
        verdicts[run_id] = _VERDICTS[Uncounted.REPEATED]
    if is_labelled:
        handed: dict[int, Labels] = {}
        for run_id, parent in parents.items():
            above = NOTHING if parent is None else handed[parent]
            inherited, handed[run_id] = below(above, members[run_id].labels)
            if inherited is not NOTHING:
                verdicts[run_id] = verdicts[run_id]._replace(inherited=inherited)
    if calls:
        for run_id, member in members.items():
            if member.is_call:
                verdicts[run_id] = verdicts[run_id]._replace(call_site=call_site(run_id, members))
    return verdicts


def counted_runs(members: Mapping[int, Member]) -> set[int]:
    """The ids of the runs that enter totals, as far as their trace knows."""
    return {run_id for run_id, verdict in judge(members).items() if verdict.is_counted}


def _alone(member: Member) -> Verdict:
    if member.is_call:
        return _VERDICTS[Uncounted.COUNTED]
    return _VERDICTS[Uncounted.REPLAYED] if member.is_replayed else _NO_CALL


def _counted(members: Mapping[int, Member], parents: dict[int, int | None]) -> dict[int, Verdict]:
    served = _served(members, parents)
    above_known, over_call, over_known = _relations(members, parents, served)
    verdicts: dict[int, Verdict] = {}
    for run_id, member in members.items():
        if not member.is_call:
            verdicts[run_id] = _alone(member)
        elif run_id in served:
            verdicts[run_id] = _VERDICTS[Uncounted.SERVED]
        elif run_id in over_known:
            verdicts[run_id] = _VERDICTS[Uncounted.WRAPPER]
        elif member.is_known:
            verdicts[run_id] = _VERDICTS[Uncounted.COUNTED]
        elif run_id in above_known:
            verdicts[run_id] = _VERDICTS[Uncounted.WRAPPED]
        else:
            verdicts[run_id] = _VERDICTS[Uncounted.WRAPPER if run_id in over_call else Uncounted.COUNTED]
    if over_known:
        _compare(members, parents, verdicts)
    return verdicts


def _served(members: Mapping[int, Member], parents: dict[int, int | None]) -> set[int]:
    """The servers' views of calls that a client above them knows."""
    if not any(member.is_server for member in members.values()):
        return set()
    below_client: set[int] = set()
    for run_id, parent in parents.items():
        if parent is None:
            continue
        above = members[parent]
        is_client = above.is_call and above.is_known and not above.is_sum and not above.is_server
        if is_client or parent in below_client:
            below_client.add(run_id)
    return {run_id for run_id in below_client if members[run_id].is_server}


def _twins(members: Mapping[int, Member]) -> list[int]:
    """The calls that came as spans with half of their id, and again with the whole of it."""
    halves = [run_id for run_id in members if is_half_known(run_id)]
    if not halves:
        return []
    whole = {
        run_id >> 64 for run_id, member in members.items() if member.is_call and not is_half_known(run_id)
    }
    return [run_id for run_id in halves if members[run_id].is_call and run_id >> 64 in whole]


def _relations(
    members: Mapping[int, Member], parents: dict[int, int | None], served: set[int]
) -> tuple[set[int], set[int], set[int]]:
    """The runs under a call that knows its tokens, those over any call, those over one that knows."""
    above_known: set[int] = set()
    over_call: set[int] = set()
    over_known: set[int] = set()
    for run_id, parent in reversed(parents.items()):
        if parent is None:
            continue
        is_call = members[run_id].is_call and run_id not in served
        if is_call or run_id in over_call:
            over_call.add(parent)
        if (is_call and members[run_id].is_known) or run_id in over_known:
            over_known.add(parent)
    for run_id, parent in parents.items():
        if parent is None:
            continue
        above = members[parent]
        counts = not (above.is_sum and parent in over_known)  # else its sum stands for no call below it
        if (above.is_call and above.is_known and counts) or parent in above_known:
            above_known.add(run_id)
    return above_known, over_call, over_known


def _compare(
    members: Mapping[int, Member], parents: dict[int, int | None], verdicts: dict[int, Verdict]
) -> None:
    """Notes on each wrapper that knows its tokens how many more it reports than what counts below it."""
    under: dict[int, tuple[int, int]] = {}
    for run_id, parent in reversed(parents.items()):
        member, verdict = members[run_id], verdicts[run_id]
        sent, generated = under.get(run_id, (0, 0))
        if verdict.is_counted:
            sent, generated = sent + (member.sent or 0), generated + (member.generated or 0)
        elif verdict.uncounted == Uncounted.WRAPPER and member.is_known:
            lacks = [
                f"{own - found} {word}"
                for own, found, word in (
                    (member.sent or 0, sent, "input"),
                    (member.generated or 0, generated, "output"),
                )
                if own > found
            ]
            if lacks:
                verdicts[run_id] = verdict._replace(partial=PARTIAL + ", ".join(lacks))
        if parent is not None and (sent or generated):
            already = under.get(parent, (0, 0))
            under[parent] = already[0] + sent, already[1] + generated


def _parents_first(members: Mapping[int, Member]) -> dict[int, int | None]:
    """Each run's parent, where it is here and in the same project; parents stand before their children.

    A trace is hostile text: where parents run in a circle, it is cut above its greatest id.
    """
    ordered: dict[int, int | None] = {}
    cut: set[int] = set()
    for start in members:
        path: list[int] = []
        run_id: int | None = start
        seen: set[int] = set()
        while run_id is not None and run_id not in ordered:
            if run_id in seen:
                cut.add(max(path[path.index(run_id) :]))
                path, seen, run_id = [], set(), start
                continue
            path.append(run_id)
            seen.add(run_id)
            run_id = _parent_of(run_id, members, cut)
        for one in reversed(path):
            ordered[one] = _parent_of(one, members, cut)
    return ordered


def _parent_of(run_id: int, members: Mapping[int, Member], cut: set[int]) -> int | None:
    member = members[run_id]
    parent = members.get(member.parent_id) if member.parent_id is not None else None
    if parent is None or parent.project != member.project or run_id in cut:
        return None
    return member.parent_id
