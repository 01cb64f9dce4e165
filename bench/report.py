"""Results as Markdown, to be pasted into docs/explanation/benchmarks.md as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table; whatever is not text stands to the right."""
    cells = [list(row) for row in rows]
    right = [
        bool(cells) and all(not isinstance(row[place], str) for row in cells)
        for place in range(len(headings))
    ]
    print(f"| {' | '.join(headings)} |")
    print(f"|{'|'.join('--:' if one else '---' for one in right)}|")
    for row in cells:
        print(f"| {' | '.join(map(shown, row))} |")
    print(flush=True)


def shown(value: object) -> str:
    """A figure with the digits that mean something."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return (
            f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"
        )
    return f"{value:,}" if isinstance(value, int) else str(value)


def said(text: str) -> None:
    """A paragraph."""
    print(text + "\n", flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the others do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
