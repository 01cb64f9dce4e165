"""What Langfuse's clients speak besides OpenTelemetry: batches, scores, prompts, media, datasets.

All of it lies under /api/public, but for the links to pages. What has no route here is told so, in words.
"""

from __future__ import annotations

from econome.web.langfuse import datasets, ingestion, links, media, projects, prompts, scores

_SERVED = [
    *projects.ROUTES,
    *ingestion.ROUTES,
    *scores.ROUTES,
    *prompts.ROUTES,
    *media.ROUTES,
    *datasets.ROUTES,
]

ROUTES = [*_SERVED, *projects.rest(_SERVED), *links.LINKS]
