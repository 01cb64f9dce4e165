"""The index on the words of prompts and answers: fast to search, not free to keep."""

from __future__ import annotations

from dataclasses import dataclass

from econome.store.client import Store
from econome.store.question import Question

_INDEXED = ("inputs", "outputs")
_HAVE = Question(
    "text_indices",
    """
    -- Which of our text indices does the store have?
    select name from system.data_skipping_indices
    where database = currentDatabase() and table = 'payloads' and name like 'words_of_%'
    """,
)


@dataclass(frozen=True, slots=True)
class _Index:
    name: str


def set_text_index(store: Store, *, wanted: bool) -> None:
    """Adds or drops the index. Added late, it holds what comes in from then on; older texts are scanned."""
    have = {row.name for row in store.ask(_Index, _HAVE)}
    for column in _INDEXED:
        name = f"words_of_{column}"
        if wanted and name not in have:
            store.command(
                f"alter table payloads add index {name} {column} type text(tokenizer = 'splitByNonAlpha')",
            )
        elif not wanted and name in have:
            store.command(f"alter table payloads drop index {name}")
