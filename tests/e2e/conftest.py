"""A real server, a real Chromium, and what every page has to keep to.

Each page that a test opens must leave the console silent and the content security policy
unbroken; `Viewer.expects` tells of answers that a test provokes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from clients.serving import Running, served
from e2e.seed import seed
from e2e.viewer import Look, Viewer
from find_browser import find_browser

expect.set_options(timeout=30_000)  # a loaded machine is slow, and no test is about that

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")
ZONE = "Europe/Paris"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.fail("The browser tests need Chromium: apt-get install chromium, or ECONOME_TEST_BROWSER.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with some traces in it. Tests only look."""
    with served(tmp_path_factory.mktemp("seeded") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def ids(server: Running) -> dict[str, str]:
    """The traces in it that tests go to."""
    return seed(server)


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Running]:
    """A server of the test's own, in which nothing has ever come."""
    with served(tmp_path / "data") as running:
        yield running


@pytest.fixture
def open_viewer(browser: Browser) -> Iterator[Callable[..., Viewer]]:
    """Opens a browser of its own on a server; at the end its console must have been silent."""
    viewers: list[Viewer] = []

    def open_one(server: Running, look: Look | None = None) -> Viewer:
        look = look or Look()
        context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            locale=look.language,
            color_scheme="dark" if look.theme == "dark" else "light",
            timezone_id=ZONE,
            reduced_motion="reduce",
        )
        viewer = Viewer(context.new_page(), server.address)
        viewer.page.on(
            "console",
            lambda said: viewer.complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        viewer.page.on("pageerror", lambda error: viewer.complaints.append(str(error)))
        viewer.page.on("dialog", lambda dialog: viewer.complaints.append(f"A dialog: {dialog.message}"))
        viewers.append(viewer)
        return viewer

    yield open_one
    for viewer in viewers:
        viewer.page.context.close()
    assert [said for viewer in viewers for said in viewer.unexpected()] == []


@pytest.fixture
def viewer(server: Running, ids: dict[str, str], open_viewer: Callable[..., Viewer]) -> Viewer:
    """A viewer of the seeded server, in English, in daylight, on a wide screen."""
    assert ids
    return open_viewer(server)
