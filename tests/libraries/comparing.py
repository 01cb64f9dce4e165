"""What Econome says of a case beside what its provider served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

from libraries.case import Case
from libraries.ledger import COUNTS, Call, total

_WRITES = ("cache_write_5m", "cache_write_1h")


class Server(Protocol):
    """Whatever answers questions: a running Econome."""

    def get(self, path: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Sums:
    """What can be said of some calls in numbers."""

    calls: int
    failed: int  # of the calls
    reported: int  # calls whose tokens the client told
    counts: dict[str, int]
    cost: Decimal
    projects: dict[str, int]  # runs in each
    stated: Decimal | None = None  # what the client says that it cost; None is not compared
    labelled: dict[str, int] = field(default_factory=dict)  # calls of a user, session, tag

    def since(self, earlier: Sums) -> Sums:
        """What came after `earlier` was found."""
        runs = {name: count - earlier.projects.get(name, 0) for name, count in self.projects.items()}
        return Sums(
            self.calls - earlier.calls,
            self.failed - earlier.failed,
            self.reported - earlier.reported,
            {name: count - earlier.counts[name] for name, count in self.counts.items()},
            self.cost - earlier.cost,
            {name: count for name, count in runs.items() if count},
            (self.stated or Decimal(0)) - (earlier.stated or Decimal(0)),
            {label: count - earlier.labelled[label] for label, count in self.labelled.items()},
        )

    def against(self, other: Sums) -> list[str]:
        """Each number that differs from `other`'s, which was expected."""
        said: list[tuple[str, Any, Any]] = [
            ("calls", self.calls, other.calls),
            ("failed calls", self.failed, other.failed),
            ("calls with usage", self.reported, other.reported),
            *((name, self.counts[name], other.counts[name]) for name in COUNTS),
            ("cost", self.cost, other.cost),
            *((f"calls of {label}", self.labelled[label], n) for label, n in other.labelled.items()),
            ("projects", sorted(self.projects), sorted(other.projects)),
        ]
        if other.stated is not None:
            said.append(("cost by the client", self.stated, other.stated))
        return [f"{name}: {found}, expected {wanted}" for name, found, wanted in said if found != wanted]


def expected(told: Iterable[Call], project: str) -> Sums:
    """What Econome must say when it was told these calls."""
    calls = list(told)
    reported = [call for call in calls if call.told]
    return Sums(
        calls=len(calls),
        failed=sum(call.failed for call in calls),
        reported=len(reported),
        counts=total(reported),
        cost=sum((call.cost for call in reported), Decimal(0)),
        projects={project: 0},
    )


def expected_of(case: Case, served: Iterable[Call]) -> Sums:
    """What Econome must say when a case's provider served these calls."""
    served = list(served)
    sums = expected(case.told(served), case.project or case.name.replace("_", "-"))
    bill = sum((call.cost for call in served if call.told), Decimal(0))
    labelled = dict.fromkeys(case.labels, sums.calls)
    return replace(sums, stated=bill if case.tells_cost else None, labelled=labelled)


def found(server: Server, labels: Iterable[str] = ()) -> Sums:
    """What a server says of all that it has, and of the calls under each of `labels`: "user anna"."""
    sums = server.get("/econome/v1/overview")["totals"]
    by_source = server.get("/econome/v1/spend?by=usage_source&limit=20")["rows"]
    by_project = server.get("/econome/v1/spend?by=project&limit=200")["rows"]
    reported: dict[str, Any] = next((row["totals"] for row in by_source if row["value"] == "reported"), {})
    tokens = reported.get("tokens", {})
    return Sums(
        calls=sums["calls"],
        failed=sums["failed_calls"],
        reported=reported.get("calls", 0),
        counts={
            "input": tokens.get("input") or 0,
            "output": tokens.get("output") or 0,
            "cache_read": tokens.get("cache_read") or 0,
            "cache_write": sum(tokens.get(name) or 0 for name in _WRITES),
            "reasoning": tokens.get("reasoning") or 0,
        },
        cost=Decimal(reported.get("cost") or 0),
        projects={row["label"]: row["totals"]["runs"] for row in by_project},
        stated=Decimal(sums["reported"]["cost"] or 0),
        labelled={label: _calls_under(server, *label.split(" ", 1)) for label in labels},
    )


def _calls_under(server: Server, dimension: str, value: str) -> int:
    rows = server.get(f"/econome/v1/spend?by={dimension}&limit=200")["rows"]
    return next((row["totals"]["calls"] for row in rows if row["value"] == value), 0)
