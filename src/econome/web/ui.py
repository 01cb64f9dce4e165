"""The dashboard's files, under /ui/. It is one page: whatever address is no file shows it.

Names of assets hold a digest of their content, so browsers keep them for good; the page
itself is asked for again each time, for it names the assets of today.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

DIST = Path(str(files("econome.web"))) / "dist"

POLICY = (
    # Text of traces is hostile: nothing runs, loads or leaves but what we ship.
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
KINDS = {
    # Not `mimetypes`: on some machines its table says that a script is plain text.
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".md": "text/plain",
}
FOR_GOOD = "public, max-age=31536000, immutable"

MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Econome</title>
<h1>The dashboard has not been built</h1>
<p>The server works and stores what it receives. To see it here, run <code>make ui</code> and reload.</p>
</html>"""


async def dashboard(request: Request) -> Response:
    """A file of the bundle, else the page that shows every address under /ui/."""
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    return await run_in_threadpool(answer, request.path_params.get("path", ""), zipped=zipped)


def answer(path: str, *, zipped: bool = False) -> Response:
    """What stands at `path` of the bundle; assets that are gone are a plain 404, not the page."""
    file = _inside(path)
    if file is not None:
        return _send(file, FOR_GOOD if path.startswith("assets/") else "no-cache", zipped=zipped)
    if path.startswith("assets/"):
        return Response("Not found", 404, headers={**HEADERS, "cache-control": "no-store"})
    page = DIST / "index.html"
    if not page.is_file():
        return HTMLResponse(MISSING, 503, headers={**HEADERS, "cache-control": "no-store"})
    return _send(page, "no-cache", zipped=zipped)


def _send(file: Path, kept: str, *, zipped: bool) -> Response:
    """A file, or the gzipped twin that `build_ui.py` left beside it."""
    headers = {**HEADERS, "cache-control": kept, "vary": "accept-encoding"}
    kind = KINDS.get(file.suffix, "application/octet-stream")
    twin = file.with_name(file.name + ".gz")
    if zipped and twin.is_file():
        return FileResponse(twin, headers={**headers, "content-encoding": "gzip"}, media_type=kind)
    return FileResponse(file, headers=headers, media_type=kind)


def _inside(path: str) -> Path | None:
    """The file of the bundle that `path` names, never one outside of it."""
    if not path or "\0" in path:
        return None
    root = DIST.resolve()
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:  # longer than any name of a file
        return None


async def to_dashboard(_: Request) -> Response:
    """From the bare address of the server to the dashboard."""
    return RedirectResponse("/ui/", 307)


ROUTES = [
    Route("/", to_dashboard),
    Route("/ui", to_dashboard),
    Route("/ui/{path:path}", dashboard),
]
