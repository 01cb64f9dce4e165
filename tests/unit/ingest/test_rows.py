"""What a row says is what the store gives back, given columns and omitted ones alike."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.ingest import rows
from econome.store.client import Store
from econome.store.question import question

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def test_an_empty_run_comes_back_as_it_went(store: Store) -> None:
    run = Run(workspace=DEFAULT_WORKSPACE, key_time=NOON, version=1)
    rows.write_runs(store, [run])
    assert stored(store) == run


def test_zero_is_not_unknown(store: Store) -> None:
    run = Run(
        workspace=DEFAULT_WORKSPACE, key_time=NOON, version=1, uncached=0, cost=Decimal(0), temperature=0.0
    )
    rows.write_runs(store, [run])
    assert stored(store) == run


def test_a_later_version_empties_what_an_earlier_one_filled(store: Store) -> None:
    run = Run(
        workspace=DEFAULT_WORKSPACE,
        key_time=NOON,
        version=1,
        name="ask",
        uncached=5,
        tags=["a"],
        counted=True,
    )
    rows.write_runs(store, [run])
    emptied = replace(run, version=2, name="", uncached=None, tags=[], counted=False)
    rows.write_runs(store, [emptied])
    assert stored(store) == emptied


def test_maps_and_lists_come_back_beside_empty_ones(store: Store) -> None:
    full = Run(
        workspace=DEFAULT_WORKSPACE,
        key_time=NOON,
        version=1,
        fees={"web_search": 2},
        notes=["one", "two"],
        inherited_tags=["a", "b"],
        inherited_metadata={"tenant": "acme"},
        inherited_user="anna",
        uncounted="wrapper",
    )
    rows.write_runs(store, [full, Run(workspace=DEFAULT_WORKSPACE, key_time=NOON, id=UUID(int=1), version=1)])
    assert stored(store) == full


def stored(store: Store) -> Run:
    (row,) = store.ask(
        Run,
        question("runs_by_key", "econome.ingest.sql"),
        workspace=DEFAULT_WORKSPACE,
        times=[NOON],
        ids=[Run().id],
    )
    return Run(**{field.name: getattr(row, field.name) for field in fields(Run)})
