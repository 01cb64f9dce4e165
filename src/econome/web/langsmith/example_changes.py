"""What is done to examples: made, changed, moved into parts, removed.

All of it blocks, and is called in threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from econome.analytics.langsmith_datasets import examples_of, heads_of
from econome.analytics.payloads import payload_of_run
from econome.analytics.runs import run_by_id
from econome.domain.dataset import BASE, Dataset, Example, ExampleFile
from econome.domain.key import Role
from econome.web.auth import Caller
from econome.web.context import Econome
from econome.web.errors import Conflict, Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import ids
from econome.web.langsmith.datasets import dataset_of
from econome.web.langsmith.example_json import Said, changed, created, metadata_of, said_of, splits_of
from econome.web.langsmith.query import FOR_EVER


def read(
    here: Econome, workspace: UUID, datasets: Sequence[UUID], wanted: Sequence[UUID], moment: datetime
) -> list[Example]:
    """The examples of those ids as they were at a moment."""
    if not wanted:
        return []
    return examples_of(here.store, workspace, heads_of(here.store, workspace, datasets, wanted, moment))


def create_each(here: Econome, caller: Caller, bodies: Iterable[Any]) -> list[Example]:
    """Examples that name their datasets themselves, in the order in which they were given."""
    by_dataset: dict[UUID, list[Said]] = {}
    order: list[UUID] = []
    for body in bodies:
        said = said_of(body)
        found = next(iter(ids(said.body.get("dataset_id"), "dataset_id")), None)
        if found is None:
            raise Invalid('"dataset_id" must say to which dataset an example belongs')
        by_dataset.setdefault(found, []).append(said)
        order.append(said.id)
    datasets = {identity: dataset_of(here, caller, identity) for identity in by_dataset}
    made = {}
    for identity, some in by_dataset.items():
        made.update({one.id: one for one in create(here, caller, datasets[identity], some)[0]})
    return [made[identity] for identity in order]


def create(
    here: Econome, caller: Caller, dataset: Dataset, said: Sequence[Said]
) -> tuple[list[Example], datetime]:
    """Makes examples. The same request sent twice makes them once."""
    for other in read(here, caller.workspace, [], [one.id for one in said], FOR_EVER):
        if other.dataset != dataset.id:
            raise Conflict(f"The example {other.id} is in another dataset, {other.dataset}")
    examples, files = _all([created(_from_run(here, caller, one), dataset.id) for one in said])
    examples = [replace(one, place=place) for place, one in enumerate(examples)]
    at = here.datasets.put(dataset, examples, files)
    return [replace(one, modified_at=at) for one in examples], at


def update(here: Econome, caller: Caller, dataset: Dataset | None, said: Sequence[Said]) -> datetime | None:
    """Changes examples, of one dataset or of any; gives the version that this makes."""
    wanted = [one.id for one in said]
    datasets = [] if dataset is None else [dataset.id]
    with here.datasets.changing():
        states = {one.id: one for one in read(here, caller.workspace, datasets, wanted, FOR_EVER)}
        files: list[ExampleFile] = []
        for one in said:
            if one.id not in states:
                raise NotFound(f"There is no example {one.id}")
            states[one.id], contents = changed(states[one.id], one)  # which it may name again
            files += contents
        return _put(here, caller, list(states.values()), files)


def upsert(here: Econome, caller: Caller, said: Sequence[Said]) -> datetime | None:
    """Changes what is there and makes what is not."""
    there = {one.id for one in read(here, caller.workspace, [], [one.id for one in said], FOR_EVER)}
    at = None
    new = [one for one in said if one.id not in there]
    for identity in dict.fromkeys(str(one.body.get("dataset_id")) for one in new):
        found = next(iter(ids(identity, "dataset_id")))
        some = [one for one in new if str(one.body.get("dataset_id")) == identity]
        at = create(here, caller, dataset_of(here, caller, found), some)[1]
    old = [one for one in said if one.id in there]
    return update(here, caller, None, old) if old else at


def split(
    here: Econome,
    caller: Caller,
    dataset: Dataset,
    wanted: Sequence[UUID],
    added: Sequence[str],
    removed: Sequence[str],
) -> list[UUID]:
    """Puts examples into parts of their dataset, and takes them out of others; gives those it found."""
    said = []
    with here.datasets.changing():
        for one in read(here, caller.workspace, [dataset.id], wanted, FOR_EVER):
            before = [name for name in splits_of(metadata_of(one.metadata)) if name not in removed]
            after = list(dict.fromkeys([*before, *added])) or [BASE]
            said.append(Said(one.id, {"split": after}))
        if said:
            update(here, caller, dataset, said)
    return [one.id for one in said]


def remove(here: Econome, caller: Caller, wanted: Sequence[UUID]) -> None:
    """Removes examples from the present version on."""
    found = read(here, caller.workspace, [], wanted, FOR_EVER)
    if len(wanted) == 1 and not found:
        raise NotFound(f"There is no example {wanted[0]}")
    _put(here, caller, [replace(one, is_removed=True) for one in found], [])


def forget(here: Econome, caller: Caller, wanted: Sequence[UUID]) -> None:
    """Removes examples from all versions."""
    here.datasets.forget(caller.workspace, wanted)


def _put(
    here: Econome, caller: Caller, examples: Sequence[Example], files: Sequence[ExampleFile]
) -> datetime | None:
    at = None
    for identity in dict.fromkeys(one.dataset for one in examples):
        mine = [one for one in examples if one.dataset == identity]
        at = here.datasets.put(dataset_of(here, caller, identity), mine, files)
    return at


def _all(made: Sequence[tuple[Example, list[ExampleFile]]]) -> tuple[list[Example], list[ExampleFile]]:
    return [example for example, _ in made], [file for _, files in made for file in files]


def _from_run(here: Econome, caller: Caller, said: Said) -> Said:
    """What goes in and comes out, taken from a run where the request asks for it."""
    if not said.body.get("use_source_run_io"):
        return said
    if not caller.role.includes(Role.READ):  # the answer, and whoever lists the examples, shows the run
        raise Forbidden('"use_source_run_io" reads a run: this needs a key that may read too, an admin\'s')
    source = next(iter(ids(said.body.get("source_run_id"), "source_run_id")), None)
    row = run_by_id(here.store, caller.workspace, (), source) if source is not None else None
    if row is None:
        raise NotFound(f"There is no run {source} to take an example from")
    payload = payload_of_run(here.store, caller.workspace, row.key_time, row.id)
    given = {"inputs": payload.inputs, "outputs": payload.outputs}
    taken = {
        name: one if isinstance(one, dict) else {name[:-1]: one}
        for name, one in given.items()
        if one is not None
    }
    return replace(said, body={**taken, **said.body})
