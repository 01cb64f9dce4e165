"""A run as LangSmith's second API writes it: only what is selected, words in capitals, details under raw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.requests import Request

from econome.domain.run import NO_ID
from econome.web.context import Econome
from econome.web.langsmith.run_json import Found, run_json

_SHORT: Final = 250  # characters of a preview

_FIRST: Final = {
    # field of this API: where it stands in the first one
    "ID": "id", "NAME": "name", "START_TIME": "start_time", "END_TIME": "end_time",
    "FIRST_TOKEN_TIME": "first_token_time", "ERROR": "error", "EXTRA": "extra", "EVENTS": "events",
    "INPUTS": "inputs", "OUTPUTS": "outputs", "MANIFEST": "serialized",
    "PARENT_RUN_ID": "parent_run_id", "PARENT_RUN_IDS": "parent_run_ids", "PROJECT_ID": "session_id",
    "TRACE_ID": "trace_id", "THREAD_ID": "thread_id", "DOTTED_ORDER": "dotted_order",
    "REFERENCE_EXAMPLE_ID": "reference_example_id", "TOTAL_TOKENS": "total_tokens",
    "PROMPT_TOKENS": "prompt_tokens", "COMPLETION_TOKENS": "completion_tokens",
    "TOTAL_COST": "total_cost", "PROMPT_COST": "prompt_cost", "COMPLETION_COST": "completion_cost",
    "TAGS": "tags", "APP_PATH": "app_path", "FEEDBACK_STATS": "feedback_stats",
}  # fmt: skip
_DETAILS: Final = (
    "PROMPT_TOKEN_DETAILS", "COMPLETION_TOKEN_DETAILS", "PROMPT_COST_DETAILS", "COMPLETION_COST_DETAILS",
)  # fmt: skip
_MORE: Final = (
    "RUN_TYPE", "STATUS", "LATENCY_SECONDS", "ERROR_PREVIEW", "METADATA", "INPUTS_PREVIEW",
    "OUTPUTS_PREVIEW", "IS_ROOT", "REFERENCE_DATASET_ID", "PRICE_MODEL_ID", "ATTACHMENTS",
    "THREAD_EVALUATION_TIME", "IS_IN_DATASET", "LAST_QUEUED_AT", "SHARE_URL", "LS_USER_ID",
)  # fmt: skip
SELECTS: Final = (*_FIRST, *_DETAILS, *_MORE)
"""What can be selected of a run."""
PUBLIC: Final = tuple(one for one in SELECTS if one not in {"APP_PATH", "SHARE_URL", "PROJECT_ID"})
"""What of a shared run can be."""

_NEEDED: Final = {
    "INPUTS": "inputs", "OUTPUTS": "outputs", "EVENTS": "events", "EXTRA": "extra", "METADATA": "extra",
    "MANIFEST": "serialized", "ERROR": "error", "ERROR_PREVIEW": "error", "ATTACHMENTS": "s3_urls",
    "FEEDBACK_STATS": "feedback_stats",
}  # fmt: skip


def needed(selects: frozenset[str]) -> frozenset[str]:
    """What of a run must be read for these fields, besides its row."""
    details = {"extra"} if selects & set(_DETAILS) else set()
    return frozenset({"id"} | {_NEEDED[one] for one in selects if one in _NEEDED} | details)


def run_v2(
    here: Econome, origin: str, found: Found, selects: frozenset[str], *, subtree: bool = False
) -> dict[str, object]:
    """The run. With `subtree`, its tokens and cost are those of the calls at and below it, each once."""
    first = run_json(found if subtree else replace(found, use=None))
    selected = selects or frozenset({"ID"})
    answer = {field.lower(): first[name] for field, name in _FIRST.items() if field in selected}
    if "PROJECT_ID" in selected:
        answer["project_id"] = first["session_id"]
    answer.update({
        field.lower(): None if first[field.lower()] is None else {"raw": first[field.lower()]}
        for field in _DETAILS
        if field in selected
    })  # fmt: skip
    more = _more(here, origin, found, first)
    return {**answer, **{field.lower(): more[field] for field in _MORE if field in selected}}


def origin_of(request: Request) -> str:
    """Where this server is, as whoever asks sees it."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _more(here: Econome, origin: str, found: Found, first: Mapping[str, Any]) -> dict[str, object]:
    row = found.row
    extra, example = first["extra"], first["reference_example_id"]
    project = here.projects.get(found.workspace, row.project) if example is not None else None
    shared = here.shares.get(found.workspace, row.id)
    return {
        "RUN_TYPE": str(first["run_type"]).upper(),
        "STATUS": str(first["status"]).upper(),
        "LATENCY_SECONDS": None if row.ended_at is None else (row.ended_at - row.started_at).total_seconds(),
        "ERROR_PREVIEW": str(first["error"])[:_SHORT] if first["error"] else None,
        "METADATA": (extra.get("metadata") if isinstance(extra, dict) else None) or {},
        "INPUTS_PREVIEW": row.input_preview or None,
        "OUTPUTS_PREVIEW": row.output_preview or None,
        "IS_ROOT": row.parent_id is None,
        "REFERENCE_DATASET_ID": project.reference_dataset_id if project is not None else None,
        "PRICE_MODEL_ID": None if row.price == NO_ID else row.price,
        "ATTACHMENTS": {name: origin + address for name, (_, address) in found.files.items()},
        "THREAD_EVALUATION_TIME": None,
        "IS_IN_DATASET": example is not None,
        "LAST_QUEUED_AT": None,
        "SHARE_URL": f"{origin}/public/{shared.token}/r" if shared is not None else None,
        "LS_USER_ID": None,
    }
