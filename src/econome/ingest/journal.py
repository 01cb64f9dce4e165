"""Who changed what about prices and recorded costs. Append-only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from econome.store.client import Store


def write(store: Store, workspace: UUID, author: str, action: str, detail: Mapping[str, Any]) -> None:
    """Adds a line. `author` is the name of a key, or "admin"; `detail` is told as JSON.

    Raises `StoreError` when it cannot be stored: write it before the change, for a change that nobody
    can account for is worse than a line too many.
    """
    store.insert(
        "journal",
        {
            "workspace": [workspace],
            "at": [datetime.now(UTC)],
            "id": [uuid4()],
            "author": [author],
            "action": [action],
            "detail": [orjson.dumps(detail, default=str).decode()],
        },
    )
