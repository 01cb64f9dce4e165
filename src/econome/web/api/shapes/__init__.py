"""From the answers of `analytics` to the JSON of our own API.

Money is a text, exact and without an exponent; times are ISO 8601 in UTC; durations are
seconds. Null is unknown, which is not zero.
"""

from __future__ import annotations

from econome.web.api.shapes.plain import (
    Json,
    Moment,
    Money,
    Named,
    Terms,
    answer,
    iso,
    money,
    project,
    seconds,
    terms,
)
from econome.web.api.shapes.runs import RunRow, Segments, run, segments
from econome.web.api.shapes.totals import (
    COVERAGE,
    Compared,
    Coverage,
    Estimated,
    PerCall,
    Quantiles,
    Tokens,
    TokensInAll,
    Totals,
    TraceSums,
    Used,
    UsedInAll,
    coverage,
    quantile,
    quantiles,
    tokens,
    tokens_of,
    totals,
    trace_totals,
    used,
    used_in_all,
)
from econome.web.api.shapes.tree import EstimatedCalls, Subtree, TreeRun, node

__all__ = [
    "COVERAGE",
    "Compared",
    "Coverage",
    "Estimated",
    "EstimatedCalls",
    "Json",
    "Moment",
    "Money",
    "Named",
    "PerCall",
    "Quantiles",
    "RunRow",
    "Segments",
    "Subtree",
    "Terms",
    "Tokens",
    "TokensInAll",
    "Totals",
    "TraceSums",
    "TreeRun",
    "Used",
    "UsedInAll",
    "answer",
    "coverage",
    "iso",
    "money",
    "node",
    "project",
    "quantile",
    "quantiles",
    "run",
    "seconds",
    "segments",
    "terms",
    "tokens",
    "tokens_of",
    "totals",
    "trace_totals",
    "used",
    "used_in_all",
]
