"""Where a copy of what OpenTelemetry's exporters send goes on to, and how one request gets there."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit

from econome.settings import SettingsError

PATIENCE_SECONDS = 30.0
RETRIED = frozenset({429, 502, 503, 504})
"""The statuses that OTLP says to come again after (its specification, "Retryable Response Codes")."""

_MOST_READ = 1 << 16  # of an answer, of which only the status counts
MOST_SECONDS = 3600.0  # of what a destination may ask us to wait


@dataclass(frozen=True, slots=True)
class Destination:
    """The base of an OTLP endpoint, and the headers that it alone is sent."""

    base: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def host(self) -> str:
        """Its name, and its port if that is not the usual one."""
        return urlsplit(self.base).netloc


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    taken: bool
    again: bool = False  # whether the same request may do better later
    after_seconds: float = 0.0  # what the destination asks to wait first
    says: str = ""


def destinations_of(bases: Sequence[str], headers: Sequence[str]) -> list[Destination]:
    """The destinations that the settings name.

    A header is `name=value`, as in OTEL_EXPORTER_OTLP_HEADERS; `host/name=value` when there are several
    destinations, for a key is for one of them. Raises `SettingsError`, which repeats no value.
    """
    hosts = [_checked(base) for base in bases]
    if len(set(bases)) < len(bases):
        raise SettingsError("A destination is named twice in --forward.")
    given: dict[str, list[tuple[str, str]]] = {host: [] for host in hosts}
    for header in headers:
        said, equals, value = header.partition("=")
        host, slash, name = said.strip().rpartition("/")
        name, value = name.strip().lower(), unquote(value.strip())
        if not equals or not _is_token(name) or not _is_value(value):
            raise SettingsError(f'A header to forward with is name=value; "{said[:40]}" begins none.')
        if not slash and len(hosts) > 1:
            raise SettingsError(f"Say which destination the header {name} is for: host/{name}=value.")
        if slash and host not in given:
            raise SettingsError(f"The header {name} is for {host}, which --forward does not name.")
        if hosts:
            given[host if slash else hosts[0]].append((name, value))
    return [
        Destination(base.rstrip("/"), tuple(given[host])) for base, host in zip(bases, hosts, strict=True)
    ]


class Line:
    """A connection to a destination, kept open between requests. For one thread."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._connection: HTTPConnection | None = None

    def send(
        self, path: str, headers: Mapping[str, str], body: bytes, patience: float = PATIENCE_SECONDS
    ) -> Outcome:
        """Sends one request. Never raises for what the network or the destination does."""
        was_open = self._connection is not None
        try:
            return self._send(path, headers, body, patience)
        except (OSError, HTTPException) as error:
            self.close()
            if was_open and not isinstance(error, TimeoutError):
                return self._anew(path, headers, body, patience)
            return _failed(error)

    def close(self) -> None:
        """Hangs up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _anew(self, path: str, headers: Mapping[str, str], body: bytes, patience: float) -> Outcome:
        """The same on a new connection: the other side may have closed the old one long ago."""
        try:
            return self._send(path, headers, body, patience)
        except (OSError, HTTPException) as error:
            self.close()
            return _failed(error)

    def _send(self, path: str, headers: Mapping[str, str], body: bytes, patience: float) -> Outcome:
        if self._connection is None:
            self._connection = self._open()
        self._connection.timeout = patience
        if self._connection.sock is not None:
            self._connection.sock.settimeout(patience)
        where = urlsplit(self._destination.base).path + path
        self._connection.request("POST", where, body, {**headers, **dict(self._destination.headers)})
        answer = self._connection.getresponse()
        answer.read(_MOST_READ)
        if answer.will_close or not answer.isclosed():
            self.close()
        if 200 <= answer.status < 300:
            return Outcome(taken=True)
        after = seconds_of(answer.getheader("retry-after"))
        return Outcome(
            taken=False,
            again=answer.status in RETRIED,
            after_seconds=after,
            says=f"it answers {answer.status}",
        )

    def _open(self) -> HTTPConnection:
        parts = urlsplit(self._destination.base)
        assert parts.hostname  # noqa: S101  (checked when the settings were read)
        if parts.scheme == "https":
            return HTTPSConnection(parts.hostname, parts.port, context=ssl.create_default_context())
        return HTTPConnection(parts.hostname, parts.port)


def seconds_of(retry_after: str | None, now: datetime | None = None) -> float:
    """How long a Retry-After asks to wait: seconds or a date; 0 for none, and for what is neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MOST_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(0.0, seconds), MOST_SECONDS)


def _failed(error: Exception) -> Outcome:
    return Outcome(taken=False, again=True, says=f"{type(error).__name__}: {error}"[:200])


def _checked(base: str) -> str:
    """The host of a destination's address. Raises `SettingsError`."""
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError as error:
        raise SettingsError("An address to forward to has a port that is none.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise SettingsError(
            "An address to forward to is http:// or https:// and a host, such as https://otlp.example.org"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsError(f"Keep secrets out of the address of {parts.hostname}: use --forward-header.")
    if parts.path.rstrip("/").endswith(("/v1/traces", "/v1/logs", "/v1/metrics")):
        raise SettingsError(f"The address of {parts.hostname} is the base, without /v1/traces.")
    return parts.netloc


def _is_token(name: str) -> bool:
    return bool(name) and name.isascii() and all(c.isalnum() or c in "!#$%&'*+-.^_`|~" for c in name)


def _is_value(value: str) -> bool:
    return value.isascii() and value.isprintable()
