"""Finds which template a call's prompt was made from: the one that its app names, else the wording it shares.

Each project has a pool of templates, in memory and in the store. A call is held against them: most fit one,
which costs microseconds. One that fits none teaches the nearest of the same run name something: either
what was thought to be wording is a slot, or the wording was edited, and that is a new version of the
prompt. Wording that stood in eight different calls is wording; what differs before that is a slot.

What was once said of a run stays: the same text, told again, is not looked at again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from econome.domain.piece import Piece
from econome.domain.run import Kind, Run
from econome.domain.skeleton import Skeleton, general, skeleton_of
from econome.domain.template import FREE_TEXT, Head, Template, Toolset, told_prompt
from econome.ingest.likeness import Likeness, likeness
from econome.ingest.pool import Known, Pool, is_told_group, told_group
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

MOST_VERSIONS: Final = 16
"""Of a prompt. Whatever is edited more often than that, without a name, is a slot."""

MOST_TEMPLATES: Final = 400
"""Of a project, versions included. What fits none of them, when there are so many, is free text."""

MOST_ALONE: Final = 16
"""Texts of one run name that became a template though nothing was like them. Of those with instructions,
four times as many.
"""

PATIENCE: Final = 64
"""After so many texts of a run name that were like nothing, only every sixteenth is compared with others:
comparing costs a hundred times what fitting does, and some apps send nothing but free text.
"""

MOST_POOLS: Final = 64
MOST_TOOLSETS: Final = 10_000
_LABEL = 40  # characters of the first words in a prompt's name


class Mining:
    """Says of calls from which template they are. For one thread, that of the commits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pools: OrderedDict[tuple[UUID, UUID], Pool] = OrderedDict()
        self._changed: dict[int, Known] = {}
        self._new_toolsets: dict[tuple[UUID, int], Toolset] = {}
        self._toolsets: set[tuple[UUID, int]] = set()

    def mine(self, run: Run, piece: Piece) -> None:
        """Adds to `piece` the prompt of its call and the version of it. The run has its project by now."""
        kind = piece.fields.get("kind") or run.kind
        if kind != Kind.LLM:
            return
        toolset = piece.toolset
        if toolset is not None and (run.workspace, toolset.id) not in self._toolsets:
            self._new_toolsets[run.workspace, toolset.id] = toolset
        told = {**run.metadata, **piece.metadata} if run.metadata and piece.metadata else None
        prompt, version = told_prompt(told or piece.metadata or run.metadata)
        head = piece.head
        is_old = head is None or (run.prompt and run.prompt_hash == piece.fields.get("prompt_hash"))
        if is_old or head is None:
            if prompt and (run.prompt != prompt or version not in ("", run.prompt_version)):
                _say(piece, prompt, version)
            return
        if not (head.system or head.user) and not prompt:
            return
        project = piece.fields.get("project") or run.project
        pool = self._pool(run.workspace, project)
        at = _Place(run.workspace, project, str(piece.fields.get("name") or run.name))
        known = self._told(pool, at, head, prompt, version) if prompt else self._mined(pool, at, head)
        if known is None or known.is_waiting:
            _say(piece, FREE_TEXT, "")
        else:
            _say(piece, known.template.prompt, known.template.prompt_version)

    def look(self, run: Run, pieces: Iterable[Piece]) -> None:
        """Says it of a stored call, by the pieces in which its texts came, the later beating the earlier."""
        for piece in pieces:
            self.mine(run, piece)
            for name in _LOOKED_AT & piece.fields.keys():
                setattr(run, name, piece.fields[name])

    def write(self) -> None:
        """Stores what was learned; facts that name it follow."""
        if self._new_toolsets:
            self._write_toolsets()
        stored = []
        for known in self._changed.values():
            if known.is_waiting:
                continue
            known.template = replace(
                known.template,
                system=known.system.literals,
                user=known.user.literals,
                calls=known.calls,
                distinct=known.distinct,
                version=next_version(known.template.version),
            )
            stored.append(known.template)
        self._changed = {}
        if stored:
            self._store.insert(
                "templates", {name: [getattr(one, name) for one in stored] for name in _COLUMNS}
            )

    def forget(self) -> None:
        """Drops what was learned and not stored: pools come back from the store."""
        self._pools.clear()
        self._changed = {}
        self._new_toolsets = {}

    def forget_project(self, workspace: UUID, project: UUID) -> None:
        """Drops the pool of a project."""
        self._pools.pop((workspace, project), None)

    # --- named by the app

    def _told(self, pool: Pool, at: _Place, head: Head, prompt: str, version: str) -> Known:
        if version:
            known = pool.told.get((prompt, version))
            if known is None:
                number = 1 + sum(name == prompt for name, _ in pool.told)
                return self._add(pool, at, head, (prompt, version, number), is_told=True)
            if known.fits(head):
                self._count(known, head)
            else:
                self._generalise(pool, known, head)  # whatever its app calls so is one version
            return known
        versions = pool.by_name.get(told_group(prompt), [])
        for known in versions:
            if known.fits(head):
                self._count(known, head)
                return known
        if not versions:
            return self._add(pool, at, head, (prompt, "1", 1), is_told=True)
        nearest = likeness(head, [(one.system, one.user) for one in versions])
        best = versions[nearest.place] if nearest is not None else versions[0]
        if (nearest is None or best.is_settled) and len(versions) < MOST_VERSIONS:
            number = 1 + max(one.template.number for one in versions)
            return self._add(pool, at, head, (prompt, str(number), number), is_told=True)
        self._generalise(pool, best, head)
        return best

    # --- found by their wording

    def _mined(self, pool: Pool, at: _Place, head: Head) -> Known | None:
        own = pool.by_name.get(at.name, [])
        known = next((one for one in own if one.fits(head)), None) or self._elsewhere(pool, at, head)
        if known is not None:
            if known.is_waiting and not self._is_alike(known, head):
                self._promote(known)
            self._count(known, head)
            pool.misses.pop(at.name, None)
            return known
        misses = pool.misses.get(at.name, 0)
        if misses >= PATIENCE and misses % 16:
            pool.misses[at.name] = misses + 1
            return None
        alike = [one for one in own if one.is_instructed == bool(head.system)]
        nearest = likeness(head, [(one.system, one.user) for one in alike])
        if nearest is not None:
            best = alike[nearest.place]
            found = self._learn(pool, at, head, best, nearest)
            if found is not None:
                pool.misses.pop(at.name, None)
                return found
        pool.misses[at.name] = misses + 1
        return self._begin(pool, at, head)

    def _elsewhere(self, pool: Pool, at: _Place, head: Head) -> Known | None:
        """The same wording under another run name, as when a client is changed for another."""
        if not head.system:
            return None
        for name, group in pool.by_name.items():
            if name != at.name and not is_told_group(name):
                for known in group:
                    if known.is_instructed and known.fits(head):
                        return known
        return None

    def _learn(self, pool: Pool, at: _Place, head: Head, best: Known, nearest: Likeness) -> Known | None:
        versions = [one for one in pool.of(best) if one.template.prompt == best.template.prompt]
        is_edit = nearest.is_edit and best.is_settled and not best.is_waiting
        if is_edit and len(versions) < MOST_VERSIONS and pool.size < MOST_TEMPLATES:
            number = 1 + max(one.template.number for one in versions)
            return self._add(pool, at, head, (best.template.prompt, str(number), number))
        if not nearest.is_edit and best.is_settled and not nearest.is_of_slots:
            return None  # no more in common than the beginning of two prompts of one author
        system, user = general(best.system, head.system), general(best.user, head.user)
        if not _says_something(system, user):
            return None
        if best.is_waiting:
            self._promote(best)
        self._generalise(pool, best, head)
        return best

    def _begin(self, pool: Pool, at: _Place, head: Head) -> Known | None:
        if pool.size >= MOST_TEMPLATES:
            return None
        label = self._label(pool, at, head)
        own = pool.by_name.get(at.name, [])
        alone = [one for one in own if one.calls == 1 and one.is_instructed == bool(head.system)]
        is_waiting = len(alone) >= (4 * MOST_ALONE if head.system else MOST_ALONE)
        waiting = [one for one in alone if one.is_waiting]
        if len(waiting) >= MOST_ALONE:
            own.remove(min(waiting, key=lambda one: one.template.found_at))
        return self._add(pool, at, head, (label, "1", 1), is_waiting=is_waiting)

    def _add(
        self,
        pool: Pool,
        at: _Place,
        head: Head,
        named: tuple[str, str, int],
        *,
        is_told: bool = False,
        is_waiting: bool = False,
    ) -> Known:
        prompt, version, number = named
        system, user = skeleton_of(head.system), skeleton_of(head.user)
        template = Template(
            workspace=at.workspace,
            project=at.project,
            prompt=prompt,
            prompt_version=version,
            name=at.name,
            is_told=is_told,
            number=number,
            system=system.literals,
            user=user.literals,
            calls=1,
            distinct=1,
            found_at=datetime.now(UTC),
            version=0,
        )
        known = Known(template, system, user, calls=1, distinct=1, is_waiting=is_waiting, last=_hash(head))
        pool.put(known)
        self._changed[id(known)] = known
        return known

    def _label(self, pool: Pool, at: _Place, head: Head) -> str:
        """A name for a prompt that has none: its first words, and a digest that no other's has."""
        system, user = skeleton_of(head.system), skeleton_of(head.user)
        words = " ".join(" … ".join((system if head.system else user).literals).split())
        text = "\0".join((at.name, *system.literals, "\1", *user.literals))
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
        start = words if len(words) <= _LABEL else words[:_LABEL].rsplit(" ", 1)[0].rstrip(" .,:;…") + "…"
        labels = (f"{start} #{digest[:length]}".strip() for length in (6, 10, 32))
        return next((label for label in labels if label not in pool.labels), f"{start} #{digest}")

    # --- what was seen of a template

    def _count(self, known: Known, head: Head) -> None:
        was = known.is_settled
        text = _hash(head)
        known.calls += 1
        known.distinct += text != known.last
        known.last = text
        if known.is_settled != was:
            self._changed[id(known)] = known

    def _is_alike(self, known: Known, head: Head) -> bool:
        return known.last == _hash(head)

    def _generalise(self, pool: Pool, known: Known, head: Head) -> None:
        known.system, known.user = general(known.system, head.system), general(known.user, head.user)
        known.calls = known.distinct = 1  # what is left has to stand anew
        self._count(known, head)
        self._changed[id(known)] = known
        pool.of(known).sort(key=lambda one: one.rank)

    def _promote(self, known: Known) -> None:
        known.is_waiting = False
        self._changed[id(known)] = known

    # --- store

    def _pool(self, workspace: UUID, project: UUID) -> Pool:
        key = workspace, project
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = Pool()
            for template in self._stored(workspace, project):
                system, user = Skeleton(tuple(template.system)), Skeleton(tuple(template.user))
                pool.put(Known(template, system, user, template.calls, template.distinct))
            if len(self._pools) > MOST_POOLS:
                self._let_one_go()
        self._pools.move_to_end(key)
        return pool

    def _let_one_go(self) -> None:
        """Of a pool with something that is not stored yet, nothing is let go."""
        unsaved = {(one.template.workspace, one.template.project) for one in self._changed.values()}
        for key in self._pools:
            if key not in unsaved:
                del self._pools[key]
                return

    def _stored(self, workspace: UUID, project: UUID) -> Iterable[Template]:
        asked = question("templates_of_project", "econome.ingest.sql")
        return self._store.ask(
            Template, asked, workspace=workspace, project=project, limit=MOST_TEMPLATES * 2
        )

    def _write_toolsets(self) -> None:
        new = self._new_toolsets
        version = next_version(0)
        self._store.insert(
            "toolsets",
            {
                "workspace": [workspace for workspace, _ in new],
                "id": [number for _, number in new],
                "names": [[*toolset.sizes] for toolset in new.values()],
                "sizes": [[*toolset.sizes.values()] for toolset in new.values()],
                "version": [version for _ in new],
            },
        )
        if len(self._toolsets) > MOST_TOOLSETS:
            self._toolsets.clear()  # they are written again, which changes nothing
        self._toolsets.update(new)
        self._new_toolsets = {}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a call was made, as far as a piece tells."""

    workspace: UUID
    project: UUID
    name: str


_LOOKED_AT = frozenset(("prompt", "prompt_version", "system_hash", "toolset", "tools_called"))
_COLUMNS = tuple(one.name for one in fields(Template))
_LEAST_WORDING = 12


def _says_something(system: Skeleton, user: Skeleton) -> bool:
    letters = sum(letter.isalnum() for literal in (*system.literals, *user.literals) for letter in literal)
    return letters >= _LEAST_WORDING


def _say(piece: Piece, prompt: str, version: str) -> None:
    piece.fields["prompt"] = prompt
    if version or prompt == FREE_TEXT:
        piece.fields["prompt_version"] = version


def _hash(head: Head) -> int:
    return hash((head.system, head.user))
