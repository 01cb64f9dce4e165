"""Every route of the real app, walked by those who should see nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from econome.app import create_app, routes
from econome.domain.key import Role
from econome.domain.project import project_id, workspace_id
from econome.settings import Settings
from econome.web import langfuse, otlp
from econome.web.auth import OPEN_PATHS, OPEN_PREFIXES
from econome.web.keys import Keys
from guarded import TOKEN, client_of

MARK = "zzsecret"  # in every text of the victim's traces
ROOTS = ("/api/v1", "/api")  # under which LangSmith's paths stand a second and third time
SECOND = "/api/v2/"  # LangSmith's second API, which has one root


@dataclass(frozen=True)
class Door:
    """One method of one path."""

    method: str
    path: str

    @property
    def is_open(self) -> bool:
        return self.path in OPEN_PATHS or self.path.startswith(OPEN_PREFIXES)


def doors(found: Sequence[BaseRoute], root: str = "") -> Iterator[Door]:
    for one in found:
        if isinstance(one, Mount):
            yield from doors(one.routes, root + one.path)
        else:
            assert isinstance(one, Route)
            assert one.methods
            for method in sorted(one.methods - {"HEAD"}):
                yield Door(method, root + one.path)


ALL = list(doors(routes()))
LANGFUSE = {*doors(langfuse.ROUTES), *(door for door in doors(otlp.ROUTES) if door.path.startswith(ROOTS))}
ONCE = [
    door
    for door in ALL
    if not door.path.startswith(ROOTS) or door.path.startswith(SECOND) or door in LANGFUSE
]


@dataclass(frozen=True)
class Victim:
    """What a workspace has that nobody else may see."""

    run: UUID
    project: UUID
    feedback: UUID
    key: str
    key_id: UUID

    @property
    def ids(self) -> list[str]:
        return [str(one) for one in (self.run, self.project, self.feedback, self.key_id)]


@pytest.fixture
async def app(own_folder: Path) -> AsyncIterator[Starlette]:
    app = create_app(Settings(data=own_folder, text_index=False), TOKEN)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def victim(app: Starlette) -> Victim:
    keys: Keys = app.state.econome.keys
    key, secret = keys.create(f"{MARK} key", Role.ADMIN, workspace="victim")
    run, feedback, now = uuid4(), uuid4(), datetime.now(UTC)
    piece = {
        "id": str(run),
        "trace_id": str(run),
        "dotted_order": f"{now:%Y%m%dT%H%M%S%f}Z{run}",
        "name": f"{MARK} run",
        "run_type": "llm",
        "session_name": f"{MARK}-project",
        "start_time": now.isoformat(),
        "end_time": now.isoformat(),
        "inputs": {"messages": [{"role": "user", "content": f"{MARK} question"}]},
        "outputs": {"text": f"{MARK} answer"},
        "tags": [f"{MARK} tag"],
        "error": f"{MARK} error",
        "extra": {
            "metadata": {
                "ls_model_name": f"{MARK}-model",
                "session_id": f"{MARK} session",
                "user_id": f"{MARK} user",
                "usage_metadata": {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10},
            }
        },
    }
    said = {"id": str(feedback), "run_id": str(run), "trace_id": str(run), "key": f"{MARK} key", "score": 1}
    async with client_of(app, **{"x-api-key": secret}) as client:
        parts = {
            f"post.{run}": (None, json.dumps(piece), "application/json"),
            f"attachment.{run}.{MARK}": (None, f"{MARK} file", "text/plain"),
            f"feedback.{feedback}": (None, json.dumps(said), "application/json"),
        }
        answer = await client.post("/runs/multipart", files=parts)
        assert answer.status_code == 202, answer.text
        seen = await client.get(f"/runs/{run}")
        assert MARK in seen.text
    return Victim(run, project_id(workspace_id("victim"), f"{MARK}-project"), feedback, secret, key.id)


def paths(door: Door, victim: Victim) -> list[str]:
    """The door's path with what belongs to the victim in it, or asked for."""
    if "{" in door.path:
        return [re.sub(r"\{[^}]*\}", one, door.path) for one in [*victim.ids, f"{MARK}-project"]]
    project, run = victim.project, victim.run
    asked = ["", f"?run={run}", f"?id={project}", f"?name={MARK}-project", f"?session={project}"]
    asked += [f"?project={project}", f"?project={MARK}-project", "?by=project", "?by=user", "?workspace=*"]
    asked += ["?include_stats=true", "?name_contains=zz", "?view=traces"]
    return [door.path + one for one in (asked if door.method == "GET" else asked[:1])]


def bodies(door: Door, victim: Victim) -> list[object]:
    """What somebody might send to see, or to spoil, what is the victim's."""
    if door.method in {"GET", "DELETE"}:
        return [None]
    run, project = str(victim.run), str(victim.project)
    if door.path.endswith(("/query", "/stats")):
        return [
            {},
            {"id": [run]},
            {"session": [project]},
            {"trace": run},
            {"session": [project], "is_root": True},
        ]
    if door.path == "/runs/batch":
        spoilt = {"id": run, "trace_id": run, "outputs": {"text": "spoilt"}}
        return [{"patch": [spoilt]}, {"patch": [{**spoilt, "session_name": "other-project"}]}]
    changed = {"id": run, "name": "spoilt", "outputs": {"text": "spoilt"}, "session_name": "other-project"}
    if "feedback" in door.path:
        return [{"id": str(victim.feedback), "run_id": run, "key": "spoilt", "score": 0}]
    return [changed if "runs" in door.path else {"id": project, "name": "spoilt"}]


async def walk(client: httpx.AsyncClient, door: Door, victim: Victim) -> list[tuple[str, httpx.Response]]:
    return [
        (f"{door.method} {path} {body}", await client.request(door.method, path, json=body))
        for path in paths(door, victim)
        for body in bodies(door, victim)
    ]


def without_echo(answer: httpx.Response, asked: str) -> str:
    """What an answer tells beyond the words that were asked with."""
    said = answer.text + str(answer.headers)
    for word in re.findall(rf"{MARK}[\w-]*", asked):
        said = said.replace(word, "")
    return said


SILENT = {"/econome/v1/live"}  # it does not end: test_guard_doors hears it out


async def saw_nothing(client: httpx.AsyncClient, victim: Victim) -> list[str]:
    """Walks everything; the requests that told something of the victim, or failed."""
    leaks = []
    for door in ONCE:
        if door.path in SILENT or "logout" in door.path:
            continue
        for asked, answer in await walk(client, door, victim):
            if MARK in without_echo(answer, asked) or answer.status_code == 500:
                leaks.append(f"{asked}: {answer.status_code} {answer.text[:200]}")
    return leaks


async def is_unspoilt(app: Starlette, victim: Victim) -> bool:
    async with client_of(app, **{"x-api-key": victim.key}) as client:
        run = await client.get(f"/runs/{victim.run}")
        project = await client.get(f"/sessions/{victim.project}")
        feedback = await client.get(f"/feedback/{victim.feedback}")
        keys = await client.get("/econome/v1/keys")
    told = run.text + project.text + feedback.text + keys.text
    expected = (f"{MARK} answer", f"{MARK}-project", f"{MARK} key", str(victim.key_id))
    return "spoilt" not in told and all(word in told for word in expected)


def test_no_path_has_two_owners() -> None:
    owners = Counter((door.method, re.sub(r"\{[^}]*\}", "{}", door.path)) for door in ALL)
    assert [door for door, owned in owners.items() if owned > 1] == []


def test_langsmith_is_the_same_under_each_of_its_roots() -> None:
    under = [
        {
            Door(door.method, door.path.removeprefix(root))
            for door in ALL
            if door.path.startswith(f"{root}/") and door not in LANGFUSE
        }
        for root in ("/api/v1", "/api")
    ]
    under[1] = {door for door in under[1] if not door.path.startswith(("/v1/", "/v2/"))}
    assert under[0] == under[1]
    assert under[0] <= set(ONCE)


async def test_without_a_key_every_door_but_the_open_ones_is_shut(app: Starlette, victim: Victim) -> None:
    async with client_of(app) as client:
        for door in ALL:
            if not door.is_open:
                answers = await walk(client, door, victim)
                assert {answer.status_code for _, answer in answers} == {401}, door
        leaks = await saw_nothing(client, victim)
    assert leaks == []
    assert await is_unspoilt(app, victim)


async def test_the_key_of_another_workspace_sees_nothing_and_spoils_nothing(
    app: Starlette, victim: Victim
) -> None:
    keys: Keys = app.state.econome.keys
    _, key = keys.create("stranger", Role.ADMIN, workspace="stranger")
    async with client_of(app, **{"x-api-key": key}) as client:
        leaks = await saw_nothing(client, victim)
    assert leaks == []
    assert await is_unspoilt(app, victim)


async def test_a_key_for_other_projects_sees_nothing_of_these(app: Starlette, victim: Victim) -> None:
    keys: Keys = app.state.econome.keys
    _, key = keys.create("narrow", Role.READ, workspace="victim", projects="other-*")
    async with client_of(app, **{"x-api-key": key}) as client:
        leaks = await saw_nothing(client, victim)
    assert leaks == []
    assert await is_unspoilt(app, victim)


async def test_a_key_for_other_projects_moves_no_run_into_its_own(app: Starlette, victim: Victim) -> None:
    keys: Keys = app.state.econome.keys
    _, key = keys.create("narrow", Role.ADMIN, workspace="victim", projects="other-*")
    async with client_of(app, **{"x-api-key": key}) as client:
        leaks = await saw_nothing(client, victim)
    assert leaks == []
    assert await is_unspoilt(app, victim)


async def test_a_key_that_only_sends_reads_nothing(app: Starlette, victim: Victim) -> None:
    keys: Keys = app.state.econome.keys
    _, key = keys.create("sender", Role.INGEST, workspace="victim")
    async with client_of(app, **{"x-api-key": key}) as client:
        for door in ONCE:
            if door.method != "GET" or door.is_open or door.path in SILENT:
                continue
            for asked, answer in await walk(client, door, victim):
                assert MARK not in without_echo(answer, asked), asked
                assert answer.status_code != 500, asked
