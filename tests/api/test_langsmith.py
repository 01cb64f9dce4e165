"""The API that LangSmith's clients read by: its bounds, its answers to nonsense, its habits."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from econome.analytics.details import digest_of
from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, Project, project_id, workspace_id
from econome.domain.run import Run
from econome.web.context import Econome
from econome.web.langsmith.attachments import LIFE_SECONDS, Signer
from seeding import NOON, a_call, a_run, an_id, insert_payload, insert_rows, insert_runs

TEAM = workspace_id("team")


def here(server: TestClient) -> Econome:
    econome: Econome = server.app.state.econome  # type: ignore[attr-defined]
    return econome


def key(server: TestClient, role: Role = Role.READ, **limits: Any) -> dict[str, str]:
    _, secret = here(server).keys.create("a test's", role, **limits)
    return {"x-api-key": secret}


def seed(server: TestClient, workspace: UUID = DEFAULT_WORKSPACE, prefix: str = "") -> dict[str, Run]:
    """A chain in "shop" with a call of its own and one that went to "lab"; feedback, a file."""
    econome = here(server)
    shop = econome.projects.by_name(workspace, "shop")
    lab = econome.projects.by_name(workspace, "lab")
    chain = a_run(
        f"{prefix}chain", workspace=workspace, project=shop, kind="chain", metadata={"user": "anna"}
    )
    own = a_call(f"{prefix}own", (100, 10), parent=chain, after=1, project=shop, cost=Decimal("0.001"))
    other = a_call(f"{prefix}other", (5, 1), parent=chain, after=2, project=lab, cost=Decimal("0.5"))
    insert_runs(econome.store, chain, own, other)
    insert_payload(econome.store, chain, inputs='{"q": "secret"}')
    insert_rows(
        econome.store,
        "feedback",
        [
            {"workspace": workspace, "id": an_id(f"{prefix}f{run.name}"), "run_id": run.id, "key": "stars"}
            | {"score": 1.0, "created_at": NOON, "modified_at": NOON, "version": 1}
            for run in (chain, other)
        ],
    )
    file = {"workspace": workspace, "key_time": chain.key_time, "run_id": chain.id, "name": "a b.png"}
    insert_rows(
        econome.store, "attachments", [{**file, "mime": "image/png", "content": b"PNG", "version": 1}]
    )
    return {"chain": chain, "own": own, "other": other}


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {run["name"] for run in answer.json()["runs"]}


def test_nothing_crosses_workspaces(server: TestClient) -> None:
    ours = seed(server)
    theirs = seed(server, TEAM, "their ")
    ask = key(server, Role.ADMIN, workspace="team")
    chain, feedback = ours["chain"], an_id("fchain")
    shop = project_id(DEFAULT_WORKSPACE, "shop")

    assert names(server.post("/runs/query", json={}, headers=ask)) == {
        "their chain",
        "their own",
        "their other",
    }
    for query in (
        {"id": [str(chain.id)]},
        {"session": [str(shop)]},
        {"trace": str(chain.trace_id)},
        {"filter": 'search("chain")', "trace": str(chain.id)},
        {"tree_filter": 'eq(name, "own")'},
        {"trace_filter": 'and(eq(feedback_key, "stars"), eq(name, "chain"))'},
    ):
        assert names(server.post("/runs/query", json=query, headers=ask)) == set(), query
        assert server.post("/runs/stats", json=query, headers=ask).json()["run_count"] == 0
    for method, path in (
        ("GET", f"/runs/{chain.id}"),
        ("GET", f"/sessions/{shop}"),
        ("PATCH", f"/sessions/{shop}"),
        ("DELETE", f"/sessions/{shop}"),
        ("GET", f"/feedback/{feedback}"),
        ("PATCH", f"/feedback/{feedback}"),
        ("DELETE", f"/feedback/{feedback}"),
    ):
        answer = server.request(method, path, headers=ask, json={} if method == "PATCH" else None)
        assert (answer.status_code, list(answer.json())) == (404, ["detail"]), (method, path)
    assert {one["tenant_id"] for one in server.get("/sessions", headers=ask).json()} == {str(TEAM)}
    assert {one["run_id"] for one in server.get("/feedback", headers=ask).json()} == {
        str(theirs["chain"].id),
        str(theirs["other"].id),
    }
    assert server.get(f"/feedback?run={chain.id}", headers=ask).json() == []
    assert server.get("/settings", headers=ask).json()["display_name"] == "team"
    stats = server.get("/sessions?include_stats=True", headers=ask).json()
    assert sorted(one["run_count"] for one in stats) == [1, 2]


def test_a_key_for_some_projects_sees_only_those(server: TestClient) -> None:
    runs = seed(server)
    ask = key(server, Role.ADMIN, projects="sh*")
    lab = project_id(DEFAULT_WORKSPACE, "lab")

    found = server.post("/runs/query", json={}, headers=ask)
    assert names(found) == {"chain", "own"}
    chain = next(run for run in found.json()["runs"] if run["name"] == "chain")
    assert (chain["total_tokens"], chain["total_cost"]) == (110, 0.001), "not what went to the lab"
    assert names(server.post("/runs/query", json={"session": [str(lab)]}, headers=ask)) == set()
    assert names(server.post("/runs/query", json={"id": [str(runs["other"].id)]}, headers=ask)) == set()
    assert server.get(f"/runs/{runs['other'].id}", headers=ask).status_code == 404
    assert server.post("/runs/stats", json={}, headers=ask).json()["total_tokens"] == 110
    assert [one["name"] for one in server.get("/sessions", headers=ask).json()] == ["shop"]
    assert server.get(f"/sessions/{lab}", headers=ask).status_code == 404
    assert [one["run_id"] for one in server.get("/feedback", headers=ask).json()] == [str(runs["chain"].id)]
    assert server.get(f"/feedback/{an_id('fother')}", headers=ask).status_code == 404
    assert server.post("/sessions", json={"name": "lab two"}, headers=ask).status_code == 403
    said = {"run_id": str(runs["other"].id), "key": "stars"}
    assert server.post("/feedback", json=said, headers=ask).status_code == 403

    nothing = key(server, projects="none")
    assert names(server.post("/runs/query", json={}, headers=nothing)) == set()
    assert server.post("/runs/stats", json={}, headers=nothing).json()["run_count"] == 0
    assert server.get("/feedback", headers=nothing).json() == []


def test_a_key_that_only_sends_cannot_read(server: TestClient) -> None:
    seed(server)
    ask = key(server, Role.INGEST)
    for method, path in (
        ("POST", "/runs/query"),
        ("POST", "/runs/stats"),
        ("GET", "/sessions"),
        ("GET", "/feedback"),
    ):
        answer = server.request(method, path, headers=ask, json={} if method == "POST" else None)
        assert answer.status_code == 403
        assert "role" in answer.json()["detail"]
    assert server.post("/runs/query", json={}).status_code == 401
    assert server.get("/info").status_code == 200
    assert server.get("/api/v1/info").json()["instance_flags"]["zstd_compression_enabled"] is True


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"filter": "eq(name"}, "position"),
        ({"trace_filter": 'eq(nmae, "a")'}, "did you mean name"),
        ({"filter": 7}, '"filter" must be a text'),
        ({"session": ["shop"]}, '"session" must be a UUID'),
        ({"is_root": "maybe"}, '"is_root" must be true or false'),
        ({"limit": 0}, '"limit" must be at least 1'),
        ({"limit": "many"}, '"limit" must be a whole number'),
        ({"start_time": "yesterday"}, '"start_time" must be a time'),
        ({"order": "sideways"}, '"order" must be asc or desc'),
        ({"cursor": "nonsense"}, "cursor"),
        ([], "must be a JSON object"),
    ],
)
def test_nonsense_is_told_what_would_be_sense(server: TestClient, query: object, words: str) -> None:
    answer = server.post("/runs/query", json=query)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_page_asks_for_no_more_when_it_is_the_last(server: TestClient) -> None:
    seed(server)
    first = server.post("/runs/query", json={"limit": 2}).json()
    assert [run["name"] for run in first["runs"]] == ["other", "own"]
    last = server.post("/runs/query", json={"limit": 2, "cursor": first["cursors"]["next"]}).json()
    assert [run["name"] for run in last["runs"]] == ["chain"]
    assert last["cursors"]["next"] is None


def test_what_is_not_selected_is_not_sent_but_for_what_the_clients_need(server: TestClient) -> None:
    seed(server)
    run = server.post("/runs/query", json={"select": ["name", "total_tokens"], "limit": 1}).json()["runs"][0]
    assert run["total_tokens"] == 6
    assert {"id", "trace_id", "prompt_token_details", "completion_cost_details"} <= run.keys()
    assert not {"inputs", "outputs", "extra", "s3_urls", "feedback_stats"} & run.keys()


def test_time_narrows_as_a_half_open_span(server: TestClient) -> None:
    seed(server)
    second = (NOON + timedelta(seconds=1)).isoformat()
    assert names(server.post("/runs/query", json={"start_time": second})) == {"own", "other"}
    assert names(server.post("/runs/query", json={"end_time": second})) == {"chain"}
    milliseconds = int((NOON + timedelta(seconds=1)).timestamp() * 1000)
    assert names(server.post("/runs/query", json={"start_time": milliseconds})) == {"own", "other"}


def test_stats_count_each_call_once_however_many_runs_contain_it(server: TestClient) -> None:
    seed(server)
    whole = server.post("/runs/stats", json={}).json()
    roots = server.post("/runs/stats", json={"is_root": True}).json()
    assert whole["total_tokens"] == roots["total_tokens"] == 116
    assert whole["total_cost"] == roots["total_cost"] == 0.501
    assert (whole["run_count"], roots["run_count"]) == (3, 1)
    assert roots["latency_p50"] == 1.0
    assert roots["cost_p50"] == 0.501
    assert whole["feedback_stats"]["stars"]["n"] == 2
    groups = server.post("/runs/stats", json={"group_by": {"attribute": "name"}}).json()
    assert {name: group["total_tokens"] for name, group in groups.items()} == {
        "chain": 116,
        "own": 110,
        "other": 6,
    }
    by_user = {"group_by": {"attribute": "metadata", "path": "user"}}
    assert server.post("/runs/stats", json=by_user).json()["anna"]["run_count"] == 1
    assert server.post("/runs/stats", json={"group_by": {"attribute": "colour"}}).status_code == 400
    empty = server.post("/runs/stats", json={"filter": 'eq(name, "nobody")'}).json()
    assert (empty["run_count"], empty["total_tokens"], empty["error_rate"]) == (0, None, None)


def test_projects_are_asked_for_in_pythons_spelling_and_javascripts(server: TestClient) -> None:
    (first,) = server.get("/sessions?limit=1").json()
    assert first["id"] == str(project_id(DEFAULT_WORKSPACE, "default")), (
        "the clients learn their tenant from it"
    )
    assert server.get("/sessions?name=default").json() == []
    seed(server)
    shop, lab = (project_id(DEFAULT_WORKSPACE, name) for name in ("shop", "lab"))
    for spelt in ("True", "true"):
        stats = server.get(f"/sessions?id={shop}&id={lab}&include_stats={spelt}").json()
        assert {one["name"]: one["run_count"] for one in stats} == {"shop": 2, "lab": 1}
    for spelt in ("False", "false"):
        assert "run_count" not in server.get(f"/sessions/{shop}?include_stats={spelt}").json()
    named = server.get("/sessions?sort_by=name&sort_by_desc=false").json()
    assert [one["name"] for one in named] == ["lab", "shop"]
    assert [one["name"] for one in server.get("/sessions?limit=1&offset=1&sort_by=name").json()] == ["lab"]
    dataset = str(uuid4())
    made = server.post(
        "/sessions", json={"name": "trial", "reference_dataset_id": dataset, "id": str(uuid4())}
    ).json()
    assert [one["id"] for one in server.get(f"/sessions?reference_dataset={dataset}").json()] == [made["id"]]
    free = server.get("/sessions?reference_free=True").json()
    assert {one["name"] for one in free} == {"shop", "lab"}
    assert server.post("/sessions", json={"name": "trial"}).status_code == 409
    assert server.post("/sessions", json={"name": " "}).status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"run_id": "x", "key": "k"}, '"run_id" must be a UUID'),
        ({"run_id": str(uuid4())}, '"key" must be a text'),
        ({"key": "k"}, "give run_id or session_id"),
        ({"run_id": str(uuid4()), "key": "k", "score": "high"}, '"score" must be a number'),
        ({"run_id": str(uuid4()), "key": "k", "comment": 3}, '"comment" must be a text'),
    ],
)
def test_feedback_without_sense_is_refused(server: TestClient, body: dict[str, Any], words: str) -> None:
    answer = server.post("/feedback", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_feedback_keeps_what_was_said_besides(server: TestClient) -> None:
    body = {
        "id": str(uuid4()),
        "run_id": str(uuid4()),
        "trace_id": None,
        "key": "fit",
        "score": True,
        "value": {"a": [1]},
        "correction": {"b": 2},
        "feedback_source": {"type": "model", "metadata": {"__run": {"run_id": str(uuid4())}}},
        "feedback_group_id": str(uuid4()),
        "extra": {"c": 3},
    }
    assert server.post("/feedback", json=body).status_code == 200
    read = server.get(f"/feedback/{body['id']}").json()
    assert read == read | {**body, "score": 1.0}
    for source, found in (("model", 1), ("FeedbackSourceType.MODEL", 1), ("api", 0)):
        assert len(server.get(f"/feedback?source={source}").json()) == found


def test_an_attachment_needs_its_signature_and_nothing_else(server: TestClient) -> None:
    run = seed(server)["chain"]
    ask = key(server)
    listed = server.get(f"/runs/{run.id}", headers=ask).json()
    address = listed["s3_urls"]["attachment.a b.png"]["presigned_url"]
    for root in ("/api", "/api/v1"):
        assert server.get(root + address).content == b"PNG"
    answer = server.get(address)
    assert (answer.status_code, answer.content) == (200, b"PNG")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''a%20b.png"
    assert "sandbox" in answer.headers["content-security-policy"]
    for wrong in (
        address.replace("?", "0?"),
        address.replace(str(DEFAULT_WORKSPACE), str(TEAM)),
        address.replace("expires=", "expires=9"),
        address.partition("&")[0],
    ):
        assert server.get(wrong).status_code == 403


@pytest.mark.parametrize("name", ["..", "../x", "a\r\nx-evil: 1", "a/b\\c", "ü" * 300, '"; filename=b'])
def test_a_file_of_any_name_comes_back_by_both_of_its_addresses(server: TestClient, name: str) -> None:
    run = seed(server)["chain"]
    file = {"workspace": DEFAULT_WORKSPACE, "key_time": run.key_time, "run_id": run.id, "name": name}
    insert_rows(
        here(server).store, "attachments", [{**file, "mime": "text/plain", "content": b"it", "version": 1}]
    )
    ours = {
        file["name"]: file["url"] for file in server.get(f"/econome/v1/runs/{run.id}").json()["attachments"]
    }
    theirs = server.get(f"/runs/{run.id}").json()["s3_urls"][f"attachment.{name}"]["presigned_url"]
    for address in (ours[name], theirs):
        answer = server.get(address)
        assert (answer.status_code, answer.content) == (200, b"it"), address
        assert answer.headers["content-disposition"].endswith(quote(name, safe=""))
        assert "x-evil" not in answer.headers


def test_a_project_goes_in_the_same_turn_as_its_runs(
    server: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(server)
    projects = here(server).projects
    shop = projects.by_name(DEFAULT_WORKSPACE, "shop")
    remove, turns = projects.remove, []

    def watched(project: Project) -> None:
        turns.append(threading.current_thread().name)
        remove(project)

    monkeypatch.setattr(projects, "remove", watched)
    assert server.delete(f"/sessions/{shop}").status_code == 202
    assert turns == ["writer"], "a commit in between would leave runs whose project nobody knows"
    assert server.get(f"/sessions/{shop}").status_code == 404
    assert server.post("/runs", json={"id": str(uuid4()), "session_name": "shop"}).status_code == 202
    assert server.get(f"/sessions/{shop}").status_code == 200


def test_an_address_of_an_attachment_ends_after_an_hour() -> None:
    signer = Signer(b"secret")
    run = uuid4()

    def parts(now: float | None = None) -> tuple[str, str]:
        query = signer.address(TEAM, run, "a/b é", now=now).partition("?expires=")[2]
        expires, _, signature = query.partition("&signature=")
        return expires, signature

    named = digest_of("a/b é")
    assert signer.is_good(TEAM, run, named, *parts())
    assert not Signer(b"another").is_good(TEAM, run, named, *parts())
    assert not signer.is_good(TEAM, run, digest_of("a/b"), *parts())
    assert not signer.is_good(TEAM, run, named, *parts(now=NOON.timestamp() - LIFE_SECONDS))


def test_links_lead_into_the_dashboard_and_tell_strangers_nothing(server: TestClient) -> None:
    runs = seed(server)
    ask = key(server)
    own, shop = runs["own"], runs["chain"].project
    link = f"/o/{DEFAULT_WORKSPACE}/projects/p/{shop}/r/{own.id}"

    def location(path: str, headers: dict[str, str] | None = None) -> str:
        answer = server.get(path, headers=headers, follow_redirects=False)
        assert answer.status_code == 307
        return str(answer.headers["location"])

    assert location(link, ask) == f"/ui/traces/{own.trace_id}?run={own.id}"
    assert location(link) == f"/ui/traces/{own.id}?run={own.id}"
    assert location(f"{link}?trace_id={own.trace_id}") == f"/ui/traces/{own.trace_id}?run={own.id}"
    assert location(f"/o/{DEFAULT_WORKSPACE}/projects/p/{shop}") == f"/ui/runs?project={shop}"
    assert server.get(f"/public/{uuid4()}/r").status_code == 404
    assert server.get("/o/x/projects/p/evil/r/y", follow_redirects=False).status_code == 404


def test_a_strange_payload_breaks_no_list(server: TestClient) -> None:
    strange = a_run("strange")
    insert_runs(here(server).store, strange)
    insert_payload(
        here(server).store,
        strange,
        inputs="[1, 2]",
        outputs='"text"',
        events='[1, {"name": "end"}]',
        extra='"x"',
        serialized="7",
    )
    (run,) = server.post("/runs/query", json={}).json()["runs"]
    assert run["inputs"] == {"input": [1, 2]}
    assert run["outputs"] == {"output": "text"}
    assert (run["events"], run["extra"], run["serialized"]) == ([{"name": "end"}], {}, None)
