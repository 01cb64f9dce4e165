"""How the dashboard feels: in a real Chromium, with a million runs and with ten.

The browser draws by software (no graphics card), on the same cores as the server.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import machine
from bench.arriving import arriving
from bench.report import quantile, said, table
from bench.scores import performance
from bench.server import Server, econome
from bench.session import Session
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

PAGES = {
    # Where the numbers stand that somebody came for.
    "overview": "main .figures .figure, main .figure",
    "runs": "main .row .number",
    "trace": "main [role=treeitem], main .tree .row, main [role=row]",
    "sessions": "main td.number",
    "users": "main td.number",
    "models": "main td.number",
    "prompts": "main td.number",
    "explore": "main .map .tile",
    "compare": "main td.number",
    "prices": "main td.number",
}
RATE = 50
MINUTES = 20
_SPAN = "range=30d"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-precise-memory-info"]
_AXE = Path(__file__).parents[1] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_SCROLL = """async () => {
    const box = [...document.querySelectorAll("main *")]
        .filter((one) => one.scrollHeight > one.clientHeight + 200)
        .filter((one) => getComputedStyle(one).overflowY !== "visible")
        .sort((a, b) => b.scrollHeight - a.scrollHeight)[0] ?? document.scrollingElement;
    const frames = [];
    let last = performance.now();
    for (let frame = 0; frame < 240; frame++) {
        box.scrollTop += 60;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
    }
    return frames.slice(2);
}"""


@dataclass(slots=True)
class Opened:
    """A page, opened once with an empty cache."""

    page: str
    usable: float | None  # ms from the request to the first number; None: none within the patience
    first_paint: float
    largest_paint: float
    longest_task: float
    blocked: float  # ms of long tasks beyond 50 each
    shift: float
    program: float  # kB as they came, compressed: pages, scripts and styles until it is usable
    answers: float  # the same of the API
    later: float  # of other pages, fetched when nothing else is to be done
    complaints: list[str] = field(default_factory=list)


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "the dashboard is measured in Chromium, and there is none on the path"
    return found


def run(session: Session) -> None:
    said(
        "A real Chromium, drawing by software on the cores that the server uses too; 1440 by 900, cache "
        "empty before each page. *Usable* is when the first number stands where the page has its numbers; "
        f"the median of {session.size(5, 1)} looks, each page seen once before by somebody."
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_FLAGS)
        for name, folder in session.stores().items():
            with econome(folder) as server:
                server.settle()
                before = machine.load()
                _pages(browser, server, name, session.size(5, 1), before)
                if name == "A million":
                    _checked(browser, server)
        browser.close()


def live(session: Session) -> None:
    """Twenty minutes of live updates: does a page that stays open grow?"""
    minutes = session.size(MINUTES, 1)
    with sync_playwright() as playwright, econome(session.million()) as server:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_FLAGS)
        server.settle()
        before = machine.load()
        with arriving(server.address, RATE) as coming:
            rows = _watched(browser, server, minutes)
            rate = coming.per_second
        said(
            f"{rate:.0f} runs a second for {minutes} minutes, pages open live. Load average before: {before}."
        )
        minutes_told = sorted({0, 1, 5, 10, 15, 20} & set(range(minutes + 1)) | {minutes})
        table(
            ["page", "what", *(f"after {minute} min" for minute in minutes_told)],
            [
                [page, what, *(of[minute][what] for minute in minutes_told)]
                for page, of in rows.items()
                for what in ("heap MB", "nodes", "listeners")
            ],
        )
        browser.close()


def _watched(browser: Browser, server: Server, minutes: int) -> dict[str, list[dict[str, float]]]:
    rows: dict[str, list[dict[str, float]]] = {"overview": [], "runs": []}
    tabs = {}
    for name in rows:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{server.address}/ui/{name}?range=1h")
        page.wait_for_timeout(10_000)
        tabs[name] = page, page.context.new_cdp_session(page)
    start = time.monotonic()
    for minute in range(minutes + 1):
        time.sleep(max(0.0, start + 60 * minute - time.monotonic()))
        for name, (page, devtools) in tabs.items():
            page.evaluate("1")  # events of the page are taken in
            rows[name].append(_memory(devtools))
    return rows


def _memory(devtools: CDPSession) -> dict[str, float]:
    devtools.send("HeapProfiler.enable")
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    told = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return {
        "heap MB": told["JSHeapUsedSize"] / (1 << 20),
        "nodes": int(told["Nodes"]),
        "listeners": int(told["JSEventListeners"]),
    }


def _pages(browser: Browser, server: Server, name: str, times: int, before: str) -> None:
    trace = _longest_trace(server)
    rows: list[list[object]] = []
    for page, numbers in PAGES.items():
        path = f"traces/{trace}" if page == "trace" else f"{page}?{_SPAN}"
        looks = [_opened(browser, server, page, path, numbers) for _ in range(times + 1)][1:]
        if any(one.complaints for one in looks) or looks[0].usable is None:
            why = looks[0].complaints or ["no number within the patience"]
            said(f"{page}: {why}")
        known = [one for one in looks if one.usable is not None]
        if not known:
            continue
        rows.append(
            [
                page,
                quantile([one.usable or 0.0 for one in known], 0.5),
                max(one.usable or 0.0 for one in known),
                quantile([one.longest_task for one in known], 0.5),
                max(one.shift for one in known),
                known[0].program,
                known[0].answers,
                performance(
                    first_paint=quantile([one.first_paint for one in known], 0.5),
                    largest_paint=quantile([one.largest_paint for one in known], 0.5),
                    blocked=quantile([one.blocked for one in known], 0.5),
                    shift=max(one.shift for one in known),
                ),
            ]
        )
    said(f"**{name}, 30 days.** Load average before: {before}, after: {machine.load()}.")
    headings = [
        "page",
        "usable ms",
        "slowest ms",
        "longest task ms",
        "layout shift",
        "program kB",
        "answers kB",
        "performance",
    ]
    table(headings, rows)
    frames = _scrolled(browser, server)
    said(
        f"Scrolling the table of runs by 60 pixels a frame, {len(frames)} frames: median "
        f"{quantile(frames, 0.5):.1f} ms, p95 {quantile(frames, 0.95):.1f} ms, longest {max(frames):.1f} ms."
    )


def _longest_trace(server: Server) -> str:
    found = server.get("/econome/v1/runs", view="traces", sort="latency", limit=1, since="2000-01-01")
    trace: str = found["rows"][0]["trace_id"]
    return trace


@contextmanager
def _tab(browser: Browser, numbers: str = "main") -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(f"window.__numbers = {numbers!r};")
    page.add_init_script(path=Path(__file__).with_name("dashboard_page.js"))
    yield page
    context.close()


def _opened(browser: Browser, server: Server, name: str, path: str, numbers: str) -> Opened:
    received = {"program": 0.0, "answers": 0.0}
    of_api: set[str] = set()
    complaints: list[str] = []

    def finished(event: dict[str, Any]) -> None:
        what = "answers" if event["requestId"] in of_api else "program"
        received[what] += event["encodedDataLength"] / 1000

    def begins(event: dict[str, Any]) -> None:
        if "/econome/v1/" in event["request"]["url"]:
            of_api.add(event["requestId"])

    with _tab(browser, numbers) as page:
        page.on(
            "console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.requestWillBeSent", begins)
        devtools.on("Network.loadingFinished", finished)
        page.goto(f"{server.address}/ui/{path}")
        for _ in range(100):
            page.wait_for_timeout(100)
            if page.evaluate("window.__seen.usable") is not None:
                break
        at_first = dict(received)
        page.wait_for_timeout(1_500)  # what shifts, shifts now
        seen = page.evaluate("window.__seen")
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    return Opened(
        name,
        seen["usable"],
        first,
        seen["largest"],
        seen["longest"],
        seen["blocked"],
        seen["shift"],
        at_first["program"],
        at_first["answers"],
        received["program"] - at_first["program"],
        complaints,
    )


def _scrolled(browser: Browser, server: Server) -> list[float]:
    with _tab(browser) as page:
        page.goto(f"{server.address}/ui/runs?{_SPAN}")
        page.wait_for_timeout(3_000)
        frames: list[float] = page.evaluate(_SCROLL)
        return frames


def _checked(browser: Browser, server: Server) -> None:
    """Accessibility by axe, and what Lighthouse calls best practices, as far as a local page has them."""
    rows: list[list[object]] = []
    for name in PAGES:
        if name == "trace":
            continue
        with _tab(browser) as page:
            complaints: list[str] = []
            page.on(
                "console", lambda one, to=complaints: to.append(one.text) if one.type == "error" else None
            )
            answer = page.goto(f"{server.address}/ui/{name}?{_SPAN}")
            page.wait_for_timeout(3_000)
            page.evaluate(_AXE.read_text())
            found = page.evaluate("axe.run(document)")
            checks = {
                "no error in the console": not complaints,
                "a content security policy": bool(answer and answer.headers.get("content-security-policy")),
                "a doctype": page.evaluate("document.doctype?.name === 'html'"),
                "its encoding": page.evaluate("document.characterSet === 'UTF-8'"),
                "a title": bool(page.title()),
                "nothing from elsewhere": page.evaluate(
                    "performance.getEntriesByType('resource')"
                    ".every((one) => one.name.startsWith(location.origin))"
                ),
            }
            rows.append(
                [
                    name,
                    len(found["violations"]),
                    len(found["passes"]),
                    f"{sum(checks.values())} of {len(checks)}",
                    ", ".join(what for what, holds in checks.items() if not holds) or "-",
                ]
            )
    said("Accessibility by axe-core, all its rules; best practices by script.")
    table(["page", "axe finds", "rules passed", "practices kept", "not kept"], rows)
