"""What an import came to, by session, folder and model, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Place = tuple[str, str, str, str]
"""Agent, session, folder, model."""

_MOST_ROWS = 15
_WIDEST = 48
_SUMS = ("calls", "input_tokens", "cache_read", "output_tokens", "cost", "unpriced", "unknown")


def report(totals: Sequence[tuple[Place, dict[str, Any]]], *, is_dry: bool) -> str:
    """Three tables of a dry run, the dearest first; of an import the models alone."""
    if not totals:
        return "There is nothing new in these files."
    lines: list[str] = []
    for column, name in ((1, "session"), (2, "folder"), (3, "model")) if is_dry else ((3, "model"),):
        lines += _table(name, _by(totals, column))
        lines.append("")
    whole = _sum([one for _, one in totals])
    lines.append(_row("in all", whole))
    if whole["unpriced"]:
        lines.append(f"{whole['unpriced']} calls have no price. Set one with: econome prices set MODEL …")
    return "\n".join(lines)


def _by(totals: Sequence[tuple[Place, dict[str, Any]]], column: int) -> list[tuple[str, dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for place, one in totals:
        groups.setdefault(place[column] or "(not told)", []).append(one)
    summed = [(name, _sum(some)) for name, some in groups.items()]
    return sorted(summed, key=lambda group: (-group[1]["cost"], -group[1]["calls"], group[0]))


def _sum(some: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum((one[name] for one in some), Decimal() if name == "cost" else 0) for name in _SUMS}


def _table(name: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    head = f"{name:<{_WIDEST}}{'calls':>9}{'input':>16}{'of it cached':>16}{'output':>14}{'cost':>14}"
    lines = [head, *(_row(label, one) for label, one in rows[:_MOST_ROWS])]
    if len(rows) > _MOST_ROWS:
        lines.append(
            _row(f"… and {len(rows) - _MOST_ROWS} more", _sum([one for _, one in rows[_MOST_ROWS:]]))
        )
    return lines


def _row(label: str, one: dict[str, Any]) -> str:
    short = label if len(label) < _WIDEST else "…" + label[-(_WIDEST - 2) :]
    cost = "unpriced" if one["calls"] and one["unpriced"] == one["calls"] else f"${one['cost']:,.4f}"
    return (
        f"{short:<{_WIDEST}}{one['calls']:>9,}{one['input_tokens']:>16,}{one['cache_read']:>16,}"
        f"{one['output_tokens']:>14,}{cost:>14}"
    )
