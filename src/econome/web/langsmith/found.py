"""The runs of a page with all that is asked of them, however they were found."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from econome.analytics.langsmith import files_of, payloads_of, places_of, uses_of
from econome.analytics.langsmith_feedback import feedback_of_runs
from econome.analytics.payloads import Payload
from econome.analytics.runs import RunRow
from econome.web.context import Econome
from econome.web.langsmith.attachments import signer
from econome.web.langsmith.run_json import PAYLOAD_FIELDS, Found


def found_of(
    here: Econome,
    workspace: UUID,
    projects: Sequence[UUID],
    rows: Sequence[RunRow],
    select: frozenset[str] | None = None,
) -> list[Found]:
    """The runs of a page with all that is selected: one question for each kind of thing, none per run."""
    store = here.store
    wants_payload = select is None or bool(select & PAYLOAD_FIELDS)
    wants_files = select is None or "s3_urls" in select
    wants_feedback = select is None or "feedback_stats" in select
    places = places_of(store, workspace, rows)
    payloads = payloads_of(store, workspace, rows) if wants_payload else {}
    uses = uses_of(store, workspace, projects, rows)
    files = files_of(store, workspace, rows) if wants_files else {}
    feedback = feedback_of_runs(store, workspace, [row.id for row in rows]) if wants_feedback and rows else {}
    sign = signer(here)
    return [
        Found(
            row=row,
            workspace=workspace,
            place=places.get(row.id),
            payload=payloads.get(row.id, Payload()),
            use=uses.get(row.id),
            files={
                file.name: (file, sign.address(workspace, row.id, file.name))
                for file in files.get(row.id, ())
            },
            feedback=feedback.get(row.id, {}),
        )
        for row in rows
    ]
