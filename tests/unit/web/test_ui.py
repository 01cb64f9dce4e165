"""The files of the dashboard, as a browser gets them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from econome.web import ui


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small bundle, beside a file that is nobody's business."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<title>Econome</title>")
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "assets" / "index-abc.js").write_text("let a = 1;")
    (dist / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(b"let a = 1;"))
    (tmp_path / "secret").write_text("secret")
    monkeypatch.setattr(ui, "DIST", dist)
    return dist


@pytest.fixture
def client(bundle: Path) -> TestClient:
    assert bundle.is_dir()
    return TestClient(Starlette(routes=ui.ROUTES), follow_redirects=False)


def test_the_bare_address_leads_to_the_dashboard(client: TestClient) -> None:
    assert client.get("/").headers["location"] == "/ui/"
    assert client.get("/ui").headers["location"] == "/ui/"


@pytest.mark.parametrize("path", ["", "runs", "traces/0198", "o/../whatever", "n" * 300, "n/" * 3000])
def test_any_address_shows_the_page_and_asks_again_each_time(client: TestClient, path: str) -> None:
    answer = client.get(f"/ui/{path}")
    assert "Econome" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


def test_assets_are_kept_for_good(client: TestClient) -> None:
    answer = client.get("/ui/assets/index-abc.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert client.get("/ui/favicon.svg").headers["content-type"] == "image/svg+xml"


def test_an_asset_of_yesterday_is_missing_and_not_a_page(client: TestClient) -> None:
    answer = client.get("/ui/assets/index-old.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


def test_who_takes_gzip_gets_the_twin_and_others_the_file(client: TestClient) -> None:
    zipped = client.get("/ui/assets/index-abc.js", headers={"accept-encoding": "gzip"})
    plain = client.get("/ui/assets/index-abc.js", headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.text == plain.text == "let a = 1;"
    assert zipped.headers["vary"] == plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    "path", ["..%2fsecret", "%2e%2e/secret", "assets/..%2f..%2fsecret", "%2fetc%2fpasswd", "a%00b"]
)
def test_no_path_leads_out_of_the_bundle(client: TestClient, path: str) -> None:
    answer = client.get(f"/ui/{path}")
    assert "secret" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["/ui/", "/ui/assets/index-abc.js", "/ui/assets/gone.js", "/ui/favicon.svg"])
def test_nothing_runs_or_loads_but_our_own(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_without_a_bundle_the_page_says_what_to_do(client: TestClient, bundle: Path) -> None:
    (bundle / "index.html").unlink()
    answer = client.get("/ui/")
    assert answer.status_code == 503
    assert "make ui" in answer.text
