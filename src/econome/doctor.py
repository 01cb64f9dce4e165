"""What is wrong with an installation, in plain words."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from econome.domain.errors import EconomeError
from econome.ingest.destinations import destinations_of
from econome.settings import Settings, SettingsError, unknown_variables, without_password
from econome.store.lock import ADMIN_TOKEN, LEAST_FREE_BYTES, FolderError, hold, holder_of
from econome.web.remote import Remote, RemoteError, remote

COMFORTABLE_BYTES = 2 << 30
FEW_DESCRIPTORS = 4096  # the engine has been seen with over a hundred, and each sender adds its own


class Verdict(StrEnum):
    """What to think of it."""

    OK = "ok"
    WARN = "warning"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    says: str


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, quick ones first."""
    yield _python()
    yield from _versions()
    yield _clock()
    yield _variables()
    yield _dashboard()
    yield _tokenizers(settings)
    yield _descriptors()
    yield from _forwarding(settings)
    yield from _folder(settings)
    try:
        running = remote(settings.data)
    except RemoteError as error:
        yield Check("server", Verdict.WARN, str(error))
        return
    if running is None:
        yield _port(settings)
        yield from _store(settings)
    else:
        yield from _server(settings, running)


def _ok(what: str, says: str) -> Check:
    return Check(what, Verdict.OK, says)


def _python() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    return _ok("Python", f"{found} at {sys.executable}")


def _versions() -> Iterator[Check]:
    for package in ("econome", "clickhouse-connect", "genai-prices"):
        try:
            yield _ok(package, version(package))
        except PackageNotFoundError:
            yield Check(
                package, Verdict.WRONG, "is not installed; install Econome again, with: pip install econome"
            )
    for package in ("chdb-core-lite", "chdb-core", "chdb"):
        try:
            yield _ok("embedded store", f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
        return
    yield Check("embedded store", Verdict.WARN, "is not installed: only --store clickhouse://… can work")


def _clock() -> Check:
    # Prices are dated, and so is everything else: a clock that is years off spoils all of it.
    installed = Path(str(files("econome").joinpath("settings.py"))).stat().st_mtime
    today = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    if time.time() < installed - 86400:
        return Check("clock", Verdict.WRONG, f"says {today}, which is before this program was installed")
    return _ok("clock", f"says {today}")


def _variables() -> Check:
    unknown = unknown_variables()
    if unknown:
        return Check("environment", Verdict.WARN, f"{', '.join(unknown)}: no settings of ours")
    return _ok("environment", "holds no setting that we do not know")


def _dashboard() -> Check:
    if files("econome.web").joinpath("dist", "index.html").is_file():
        return _ok("dashboard", "is built")
    return Check(
        "dashboard", Verdict.WARN, "is not built; traces are stored all the same. In a checkout: make ui"
    )


def _tokenizers(settings: Settings) -> Check:
    what = "tokenizers"
    if find_spec("tokenizers") is None:
        says = "the package is not installed: what models do not report stays unknown. pip install tokenizers"
        return Check(what, Verdict.WARN, says)
    if settings.tokenizers is None:
        return _ok(what, "no folder is set; models in the local Hugging Face cache are counted")
    if not settings.tokenizers.is_dir():
        return Check(what, Verdict.WRONG, f"{settings.tokenizers} is no folder")
    found = sum(1 for _ in settings.tokenizers.glob("**/tokenizer.json"))
    verdict = Verdict.OK if found else Verdict.WARN
    return Check(what, verdict, f"{found} in {settings.tokenizers}")


def _descriptors() -> Check:
    if sys.platform == "win32":
        return _ok("open files", "are not limited here")
    import resource  # noqa: PLC0415  (does not exist on Windows)

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FEW_DESCRIPTORS:
        says = f"at most {hard}: too few for many senders. Raise it with ulimit -n, or LimitNOFILE in systemd"
        return Check("open files", Verdict.WARN, says)
    return _ok("open files", f"{soft} now; the server raises that as far as it may")


def _forwarding(settings: Settings) -> Iterator[Check]:
    what = "forwarding"
    try:
        hosts = ", ".join(one.host for one in destinations_of(settings.forward, settings.forward_headers))
    except SettingsError as error:
        yield Check(what, Verdict.WRONG, str(error))
        return
    if hosts:
        yield _ok(what, f"what OpenTelemetry's exporters send goes on to {hosts}")


def _folder(settings: Settings) -> Iterator[Check]:
    folder, what = settings.data, "data folder"
    if not folder.exists():
        yield _ok(what, f"{folder} will be made at the first start")
        return
    if holder_of(folder) is None:
        try:
            hold(folder).release()
        except FolderError as error:
            yield Check(what, Verdict.WRONG, str(error))
            return
    free = shutil.disk_usage(folder).free
    says = f"{folder}, {free / 2**30:.1f} GiB free"
    if free < LEAST_FREE_BYTES:
        yield Check(what, Verdict.WRONG, f"{says}: the disk is full")
    elif free < COMFORTABLE_BYTES:
        yield Check(what, Verdict.WARN, f"{says}: that is soon full")
    else:
        yield _ok(what, says)
    token = folder / ADMIN_TOKEN
    if token.exists() and os.name == "posix" and token.stat().st_mode & 0o077:
        yield Check("admin token", Verdict.WRONG, f"others can read it: chmod 600 {token}")


def _port(settings: Settings) -> Check:
    from econome.web.errors import CannotServe  # noqa: PLC0415
    from econome.web.serving import bind  # noqa: PLC0415  (needs uvicorn)

    what = "port"
    try:
        with bind(settings.host, settings.port) as listening:
            if _is_taken(listening):
                says = f"{settings.port} is taken by another program. Choose another with --port"
                return Check(what, Verdict.WRONG, says)
    except CannotServe as error:
        return Check(what, Verdict.WRONG, str(error))
    return _ok(what, f"{settings.port} of {settings.host} is free; no server runs on this folder")


def _is_taken(listening: socket.socket) -> bool:
    try:
        listening.listen()
    except OSError:
        return True
    return False


def _store(settings: Settings) -> Iterator[Check]:
    """Opens the store, as a server would; an embedded one that does not exist yet, in a passing folder."""
    from econome.store.client import Store  # noqa: PLC0415  (takes a second)

    what = "store"
    with TemporaryDirectory(prefix="econome-doctor-") as passing:
        is_new = not settings.store and not (settings.data / "store").exists()
        dsn = f"chdb://{passing}/store" if is_new else settings.dsn
        held = None if is_new or not settings.data.exists() else hold(settings.data, settings.dsn)
        try:
            store = Store(dsn, readers=1)
            try:
                engine = store.command("select version()")
                has_keys = not is_new and str(store.command("exists table keys")) == "1"
                keys = int(str(store.command("select count() from keys final"))) if has_keys else 0
                ever = int(str(store.command("select count() from keys"))) if has_keys else 0
            finally:
                store.close()
        except EconomeError as error:
            why = settings.without_secrets(str(error))
            yield Check(what, Verdict.WRONG, f"{without_password(dsn)} does not open: {why}")
            return
        finally:
            if held:
                held.release()
    where = (
        "an embedded store opens; yours is made at the first start"
        if is_new
        else f"{without_password(dsn)} opens"
    )
    yield _ok(what, f"{where} (ClickHouse {engine})")
    yield _keys(settings, keys, is_open=not ever)


_ALL_MAY = "none made: whoever is on this machine may do everything"
_ALL_REVOKED = (
    "all were revoked: only the admin token opens. Make one with: econome keys create --name my-app"
)


def _keys(settings: Settings, keys: int, *, is_open: bool) -> Check:
    if keys:
        return _ok("keys", f"{keys} made")
    if settings.is_loopback:
        return _ok("keys", _ALL_MAY) if is_open else Check("keys", Verdict.WARN, _ALL_REVOKED)
    none = "none made" if is_open else "all were revoked"
    make = f"econome keys create --name my-app{settings.place}"
    says = f"{none}, so the server will not start on {settings.host}: {make}"
    return Check("keys", Verdict.WRONG, says)


def _server(settings: Settings, running: Remote) -> Iterator[Check]:
    what = "server"
    try:
        running.call("GET", "/health", patience=10.0)
        said = running.call("GET", "/econome/v1/session", patience=10.0)
        keys = running.call("GET", "/econome/v1/keys?workspace=*", patience=10.0)["rows"]
        passed_on = running.call("GET", "/econome/v1/forwarding", patience=10.0)["rows"]
    except RemoteError as error:
        holder = holder_of(settings.data)
        yield Check(what, Verdict.WRONG, f"{holder} holds {settings.data}, and: {error}")
        return
    yield _ok(what, f"{holder_of(settings.data)} runs and its store answers")
    if said["version"] != version("econome"):
        says = f"it is {said['version']}, and this is {version('econome')}: start it again"
        yield Check("server's version", Verdict.WARN, says)
    if keys:
        yield _ok("keys", f"{len(keys)} made")
    else:
        yield _ok("keys", _ALL_MAY) if said["open"] else Check("keys", Verdict.WARN, _ALL_REVOKED)
    for one in passed_on:
        yield _passed_on(one)


def _passed_on(one: Mapping[str, Any]) -> Check:
    """How a destination of the running server does."""
    what = f"forwarding to {one['destination']}"
    dropped = ", ".join(f"{count} {why}" for why, count in one["dropped"].items() if count)
    says = f"{one['sent']} sent, {one['waiting']} waiting"
    if not dropped and not one["trouble"]:
        return _ok(what, says)
    says += f", not sent: {dropped}" if dropped else ""
    says += f"; {one['trouble']}" if one["trouble"] else ""
    return Check(what, Verdict.WARN, says)
