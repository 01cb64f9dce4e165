"""What Langfuse's clients speak besides OpenTelemetry: batches, scores, prompts, media.

All of it lies under /api/public. What has no route here is told so, in words.
"""

from __future__ import annotations

from econome.web.langfuse import ingestion, media, projects, prompts, scores

ROUTES = [
    *projects.ROUTES,
    *ingestion.ROUTES,
    *scores.ROUTES,
    *prompts.ROUTES,
    *media.ROUTES,
    *projects.REST,
]
