"""Brings a store's tables up to date: the files of schema/ in order, each once."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from econome.store.client import Store
from econome.store.question import Question

_REMEMBER = """
create table if not exists migrations (name String, applied_at DateTime default now())
engine = MergeTree order by name
"""


@dataclass(frozen=True, slots=True)
class _Applied:
    name: str


def migrate(store: Store) -> list[str]:
    """Applies what is missing and says which files that was.

    Every statement is `if not exists`: a migration that a crash cut short is run again whole.
    """
    store.command(_REMEMBER)
    applied = {row.name for row in store.ask(_Applied, Question("migrations", "select name from migrations"))}
    missing = [file for file in _files() if file[0] not in applied]
    for name, text in missing:
        for statement in text.split(";"):
            store.command(statement)
        store.insert("migrations", {"name": [name]})
    return [name for name, _ in missing]


def _files() -> list[tuple[str, str]]:
    schema = files("econome.store").joinpath("schema")
    return sorted((f.name, f.read_text("utf-8")) for f in schema.iterdir() if f.name.endswith(".sql"))
