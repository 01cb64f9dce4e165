"""How a server is set: one frozen value, read once.

A setting comes from its flag, else from its variable (`ECONOME_` and its name in capitals),
else from its default. What is said under each field below (its meaning, its unit, the reason of its
default) is also the help of its flag and the text of docs/reference/settings.md.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from econome.domain.errors import EconomeError

PREFIX = "ECONOME_"

STORES = ("chdb", "clickhouse", "clickhouses")
TLS_PORTS = (8443, 443)

LOG_LEVELS = ("debug", "info", "warning", "error")

_SIZES = {
    "": 1,
    "b": 1,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
}
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class SettingsError(EconomeError):
    """A setting has a value that it cannot have."""


def default_data(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where this platform keeps a user's data."""
    if platform == "win32":
        base = environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "econome"


def agents_homes(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The coding agents' own variables that move their files, as far as they are set."""
    names = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME")
    return {name: value for name in names if (value := environ.get(name))}


def hugging_face_hub(environ: Mapping[str, str] = os.environ) -> Path:
    """Where Hugging Face keeps models on this machine, by its own rules, whether it exists or not."""
    if named := environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(named).expanduser()
    if home := environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    base = environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator may choose."""

    host: str = "127.0.0.1"
    """The address to listen on. Anything but a loopback address wants an API key first, for whoever
    reaches the port could otherwise read every prompt."""

    port: int = 3266
    """The port to listen on; 0 takes a free one and prints it. The default spells ECON on a
    telephone's keys, and no tool that is seen beside an LLM application asks for it."""

    otlp_port: int | None = None
    """A second port, for OpenTelemetry's exporters: with 4318, their usual one, an exporter without any
    configuration finds this server. All is served there that is served at the first; 0 takes a free one."""

    grpc_port: int | None = None
    """A port for exporters that speak OTLP over gRPC and nothing else; 4317 is their usual one. It needs
    `pip install 'econome[grpc]'`; 0 takes a free one."""

    data: Path = field(default_factory=default_data)
    """The folder for the embedded store, the lock and the admin token; made if it is missing. One
    server at a time. The default is where the platform keeps a user's data."""

    store: str = ""
    """Where the runs are kept: `chdb:///folder` in this process or
    `clickhouse://user:password@host:port/database` on a server (`clickhouses://` with TLS). Empty means
    an embedded store in the data folder, which needs nothing else."""

    allowed_hosts: tuple[str, ...] = ()
    """Names, besides localhost, the host above and plain IP addresses, by which a browser or a client
    may call this server (`.example.org` also lets its subdomains in). Any other name is refused: a
    hostile page could point its own name at this machine (DNS rebinding)."""

    max_body_bytes: int = 256 << 20
    """The largest request body, after decompression. Clients aim at 20 MiB a request, and go beyond by
    one run; the rest is room for attachments."""

    max_inflight_bytes: int = 512 << 20
    """How much decoded ingest may be in memory at once, waiting for the store. Beyond it senders are
    told 429 and come again. Twice the largest body, so that one such body does not stop the others."""

    readers: int = 4
    """How many questions the store answers at the same time. Four keep a dashboard's page quick
    without starving ingest on a small machine."""

    live_clients: int = 200
    """How many browsers may wait for news at once. Each costs an open connection and a few kilobytes;
    beyond it the dashboard asks by itself from time to time."""

    text_index: bool = True
    """Whether prompts and answers are indexed, for searches in their text. It costs about half of the
    ingest rate and 40 % of disk; without it such a search reads everything."""

    tokenizers: Path | None = None
    """A folder with a `tokenizer.json` for each model (`name/tokenizer.json`), to count the tokens of
    models that report none. Nothing is ever downloaded."""

    hugging_face: Path | None = field(default_factory=hugging_face_hub)
    """The local cache of Hugging Face, where tokenizers are looked for too. The default is where
    Hugging Face's own variables (HF_HUB_CACHE, HF_HOME) put it; empty looks into none."""

    estimate: bool = True
    """Whether calls that report no usage are given an estimate, from the length of their texts. It is
    marked as one, and stands beside every total, never in it. Without it they are unknown."""

    forward: tuple[str, ...] = ()
    """Where a copy of everything that OpenTelemetry's exporters send goes on to: the base of an OTLP
    endpoint, without /v1/traces. It is sent as it came, once it is stored here; see "Moving out"."""

    forward_headers: tuple[str, ...] = ()
    """Headers for them, such as `x-api-key=…`; with several, `host/x-api-key=…` for the one it is for.
    They are secrets, which others may see in a flag and not in the variable."""

    forward_queue_bytes: int = 64 << 20
    """How much may wait in memory for each of them. What finds no room does not go on: that is a
    minute of 1 MB a second, for a destination that restarts."""

    currency: str = "USD"
    """The currency in which the dashboard shows amounts at first, such as EUR. Its rates are yours
    to give (`econome currency set`); nothing is fetched. Amounts are kept in US dollars."""

    log_level: str = "warning"
    """The least serious message that is logged: debug, info, warning or error. Warnings are what an
    operator can act upon."""

    def __post_init__(self) -> None:
        for name in ("port", "otlp_port", "grpc_port"):
            port = getattr(self, name)
            if port is not None and not 0 <= port <= 65535:
                raise SettingsError(f"The {name} must be 0 to 65535, not {port}.")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise SettingsError(
                f'The currency must be a code of three capital letters, such as EUR, not "{self.currency}".'
            )
        if self.log_level not in LOG_LEVELS:
            raise SettingsError(
                f'The log level must be one of {", ".join(LOG_LEVELS)}, not "{self.log_level}".'
            )
        for name in (
            "max_body_bytes",
            "max_inflight_bytes",
            "readers",
            "live_clients",
            "forward_queue_bytes",
        ):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1, not {getattr(self, name)}.")
        if self.store and "://" not in self.store:  # it is not repeated: who knows what is in it
            raise SettingsError("The store must be a DSN such as chdb:///folder; this has no ://.")
        if self.store and self._scheme not in STORES:
            raise SettingsError(
                "The store must be chdb:///folder or clickhouse://user:password@host:port/database "
                f"(clickhouses:// with TLS), not {self._scheme}://."
            )
        dsn_port = _port(self.store)  # of any store: it raises where what stands there is none
        if self._scheme == "clickhouses" and dsn_port not in {None, *TLS_PORTS}:
            raise SettingsError("clickhouses:// speaks TLS at port 8443, which it takes by itself, or 443.")

    @property
    def _scheme(self) -> str:
        return self.store.partition("://")[0]

    @property
    def dsn(self) -> str:
        """The store's DSN, whole."""
        if self._scheme == "clickhouses" and _port(self.store) is None:
            # The driver goes by the port: without one it would speak plainly.
            parts = urlsplit(self.store)
            return parts._replace(netloc=f"{parts.netloc.rstrip(':')}:{TLS_PORTS[0]}").geturl()
        return self.store or f"chdb://{(self.data / 'store').absolute().as_posix()}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the port."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def place(self) -> str:
        """The flags by which another command finds the same data, after a space; empty if it needs none."""
        flags = "" if self.data == default_data() else f" --data {shlex.quote(str(self.data))}"
        return flags + (f" --store {shlex.quote(without_password(self.store))}" if self.store else "")

    def without_secrets(self, text: str) -> str:
        """A message that may be shown: where it repeats a secret of the settings, that is starred out."""
        for secret in filter(None, (self.dsn, self.store)):
            text = text.replace(secret, without_password(secret))
        for header in self.forward_headers:
            if value := header.partition("=")[2].strip():
                text = text.replace(value, "***")
        return text

    def shown(self) -> dict[str, str]:
        """The settings as text, without secrets."""
        return {f.name: _shown(f.name, getattr(self, f.name)) for f in fields(self)}


def settings(flags: Mapping[str, object] | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings: `flags` (None means "not given") over the environment over the defaults.

    Raises `SettingsError`, naming the variable or the flag.
    """
    chosen: dict[str, Any] = {}
    for one in fields(Settings):
        text = environ.get(variable(one.name))
        if text is not None:
            chosen[one.name] = parse(one, text, said=variable(one.name))
    chosen |= {name: value for name, value in (flags or {}).items() if value is not None}
    return Settings(**chosen)


def explanations() -> dict[str, str]:
    """What is said under each field, by its name, on one line each."""
    statements = ast.parse(inspect.cleandoc(inspect.getsource(Settings))).body[0]
    assert isinstance(statements, ast.ClassDef)  # noqa: S101  (for mypy)
    said: dict[str, str] = {}
    for one, below in pairwise(statements.body):
        if isinstance(one, ast.AnnAssign) and isinstance(below, ast.Expr):
            said[ast.unparse(one.target)] = " ".join(str(ast.literal_eval(below.value)).split())
    return said


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def flag(name: str) -> str:
    """The command line's flag of a setting; a list has a flag for each of its values."""
    return "--" + {"allowed_hosts": "allowed_host", "forward_headers": "forward_header"}.get(
        name, name
    ).replace("_", "-")


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none: most often a slip of the pen."""
    known = {variable(one.name) for one in fields(Settings)}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def parse(one: Field[Any], text: str, *, said: str) -> object:
    """The value that `text` means for a setting."""
    text = text.strip()
    match str(one.type):
        case "int":
            return _size(text, said) if one.name.endswith("_bytes") else _number(text, said)
        case "int | None":
            return _number(text, said) if text else None
        case "bool":
            if text.lower() in _TRUE | _FALSE:
                return text.lower() in _TRUE
            raise SettingsError(f'{said} must be yes or no, not "{text}".')
        case "Path":
            if not text:
                raise SettingsError(f"{said} names no folder.")
            return Path(text).expanduser()
        case "Path | None":
            return Path(text).expanduser() if text else None
        case "tuple[str, ...]":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case _:
            return text


def _number(text: str, said: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise SettingsError(f'{said} must be a whole number, not "{text}".')
    return int(text)


def _size(text: str, said: str) -> int:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    unit = text[len(digits) :].strip().lower()
    if not digits.isdecimal() or unit not in _SIZES:
        raise SettingsError(f'{said} must be a whole number, perhaps with KiB, MiB or GiB, not "{text}".')
    return int(digits) * _SIZES[unit]


def _shown(name: str, value: object) -> str:
    if name == "forward_headers" and isinstance(value, tuple):
        return ", ".join(f"{header.partition('=')[0]}=***" for header in value)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "store":
        return without_password(str(value))
    if name.endswith("_bytes") and isinstance(value, int) and not value % (1 << 20):
        return f"{value >> 20}MiB"
    return "" if value is None else str(value)


def _port(dsn: str) -> int | None:
    try:
        return urlsplit(dsn).port
    except ValueError as error:
        # Not repeated: what stands where the port should may be of the password.
        raise SettingsError(
            "The store's port is no port. If its password has a /, ? or #, write that %2F, %3F or %23."
        ) from error


def without_password(dsn: str) -> str:
    """A DSN that may be shown: the password of `scheme://user:password@host` is starred out."""
    scheme, separator, rest = dsn.partition("://")
    authority, slash, path = rest.partition("/")
    account, at, host = authority.rpartition("@")
    if not at:
        return _without_query(dsn)
    user, colon, _ = account.partition(":")
    secret = ":***" if colon else ""
    return _without_query(f"{scheme}{separator}{user}{secret}@{host}{slash}{path}")


def _without_query(dsn: str) -> str:
    plain, mark, _ = dsn.partition("?")
    return plain + ("?…" if mark else "")


def reference() -> str:
    """The text of docs/reference/settings.md, which `python -m econome.settings` prints."""
    introduction = (
        "A setting comes from its flag (of `econome serve`), else from its variable, else from its default. "
        "Bytes may be written `256MiB`. A list is comma separated in a variable, and takes its flag once for "
        "each value. `econome doctor` shows the settings that are in force."
    )
    lines = ["# Settings", "", introduction, ""]
    said = explanations()
    for one in fields(Settings):
        origin = f"`{_flags(one)}` · `{variable(one.name)}` · default: {_default(one)}"
        lines += [f"## {one.name}", "", origin, "", said[one.name], ""]
    return "\n".join(lines).rstrip() + "\n"


def _flags(one: Field[Any]) -> str:
    match str(one.type):
        case "bool":
            return f"{flag(one.name)}` or `--no-{flag(one.name)[2:]}"
        case "tuple[str, ...]":
            return f"{flag(one.name)} NAME"
        case _:
            return f"{flag(one.name)} {one.name.rpartition('_')[2].upper()}"


def _default(one: Field[Any]) -> str:
    if one.name == "data":
        return (
            "`$XDG_DATA_HOME/econome` or `~/.local/share/econome` (Linux), "
            "`~/Library/Application Support/econome` (macOS), `%LOCALAPPDATA%\\econome` (Windows)"
        )
    if one.name == "hugging_face":
        return "`$HF_HUB_CACHE`, `$HF_HOME/hub` or `~/.cache/huggingface/hub`"
    shown = _shown(one.name, one.default)
    return f"`{shown}`" if shown else "none"


if __name__ == "__main__":
    sys.stdout.write(reference())
