"""How the demo's projects are told from the user's own: nobody's traces are removed by mistake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from econome.sample.recording import Json


@dataclass(frozen=True, slots=True)
class Mark:
    """A project that the demo makes."""

    name: str
    description: str
    metadata: Json

    def is_on(self, extra: object) -> bool:
        """Whether a project's `extra`, parsed or as text, says that the demo made it."""
        parsed: Any = extra
        if isinstance(extra, str):
            try:
                parsed = json.loads(extra or "{}")
            except ValueError:
                return False
        metadata = parsed.get("metadata") if isinstance(parsed, dict) else None
        return isinstance(metadata, dict) and metadata.items() >= self.metadata.items()


SAMPLE = Mark(
    "sample",
    "A sample, not real: a week of a small garden shop. Remove it with: econome demo --remove",
    {"sample": True},
)
DEMO = Mark(
    "demo",
    "Real calls to a small model on this machine. Remove them with: econome demo --remove",
    {"demo": True},
)
