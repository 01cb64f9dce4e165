"""The part of LangSmith's API by which its clients read: runs, projects, feedback, datasets.

`ROUTES` are mounted under each root that the clients use. `AT_ROOT` stands once, as it is written:
pages, and what the clients look for at one place whatever their root.
"""

from __future__ import annotations

from econome.web.langsmith import (
    attachments,
    dataset_sharing,
    dataset_upload,
    datasets,
    examples,
    experiments,
    feedback,
    feedback_tokens,
    info,
    links,
    runs,
    sessions,
    sharing,
    v2_datasets,
    v2_runs,
    v2_sessions,
    v2_threads,
)

ROUTES = [
    *info.ROUTES,
    *runs.ROUTES,
    *v2_sessions.RESOLUTIONS,  # before sessions: /sessions/resolutions is no id
    *sessions.ROUTES,
    *feedback_tokens.ROUTES,  # before feedback: /feedback/tokens is no id
    *feedback.ROUTES,
    *sharing.ROUTES,
    *attachments.ROUTES,
    *examples.ROUTES,
    *experiments.ROUTES,  # before datasets: /datasets/comparative is no id
    *dataset_upload.ROUTES,
    *dataset_sharing.ROUTES,
    *datasets.ROUTES,
]
AT_ROOT = [
    *links.LINKS,
    *sharing.PAGES,
    *dataset_sharing.PAGES,
    *v2_datasets.ROUTES,
    *v2_runs.ROUTES,
    *v2_threads.ROUTES,
    *v2_sessions.ROUTES,
    *examples.PLATFORM,
]
