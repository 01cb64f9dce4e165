"""The store: ClickHouse, in the process or on a server, behind one small door.

Everything here is synchronous and safe to call from many threads: readers take a client
from a pool, for a client answers one question at a time.
"""

from __future__ import annotations

import copy
import queue
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DataError, OperationalError

from econome.domain.errors import EconomeError
from econome.domain.scope import EVERYTHING, Condition
from econome.store.question import Question, question
from econome.store.remembered import Remembered, Written

Row = TypeVar("Row")

UTC_ONLY: dict[str, Any] = {
    # The client writes times as the engine's clock shows them, and the engine reads them so: in the
    # machine's zone, where one hour of each autumn has two meanings. Both are told to use UTC.
    "session_timezone": "UTC",
}

READING: dict[str, Any] = {
    # One runaway question must not take the server down with it.
    "max_execution_time": 60,
    "max_memory_usage": 4 << 30,
    # A filter that names some thousands of runs is long, and no attack: it is read in milliseconds.
    "max_query_size": 4 << 20,
    "max_ast_elements": 500_000,
    "max_expanded_ast_elements": 2_000_000,
    # The partition is a function of the key, so no two versions of a row are in two of them.
    "do_not_merge_across_partitions_select_final": 1,
}


EMBEDDED: dict[str, Any] = {
    # Only the first client of an engine sets these; its defaults are for a machine of its own
    # (90 % of the memory, 5 GB of marks).
    "max_server_memory_usage": 8 << 30,
    "mark_cache_size": 128 << 20,
    "primary_index_cache_size": 128 << 20,
    "index_mark_cache_size": 64 << 20,
    "text_index_tokens_cache_size": 32 << 20,
    "text_index_header_cache_size": 32 << 20,
    "text_index_postings_cache_size": 64 << 20,
    "background_pool_size": 2,  # merges leave a core to whoever asks
}


class StoreError(EconomeError):
    """The store refused or could not answer."""


class StoreBusy(StoreError):
    """All who could ask the store are asking it."""


class TooHeavy(EconomeError):
    """The question asks for more than one question may have; asking again would not help."""


WAIT_SECONDS = 20.0
"""How long a question waits for its turn. Whoever asked looks elsewhere by then, and the thread
that waits is one of those that everybody shares."""

_RINSES = 3  # one is enough; that there is nothing left is seen at the next

_MEMORY = 241
_TOO_HEAVY = {
    62: "it is too long, or what it filters by cannot be understood",
    158: "it reads too many rows",
    159: f"it took more than {READING['max_execution_time']} seconds",
    160: f"it would take more than {READING['max_execution_time']} seconds",
    167: "its filter is nested too deep",
    168: "its filter has too many parts",
    306: "its filter is nested too deep",
    _MEMORY: f"it needs more than {READING['max_memory_usage'] >> 30} GiB of memory",
}
"""The engine's codes that are the question's doing, not the engine's."""


@dataclass(frozen=True, slots=True)
class _Alive:
    one: int


class BadRow(StoreError):
    """A row has a value that its column cannot hold. Its neighbours in the same insert are fine."""


class StoreDown(StoreError):
    """The store cannot be reached, or its disk is full: whatever is sent, it will not take it now."""


class Store:
    """An open store."""

    def __init__(self, dsn: str, *, readers: int = 4) -> None:
        """Opens `dsn`: `chdb:///folder` in the process, or `clickhouse://…` on a server."""
        self.dsn = dsn
        self._writing = threading.Lock()
        self._writer = self._connect({})
        self._pools: list[_Pool] = []
        self._readers = self._pool(readers)
        self._watching = self._pool(1)
        self._blames_questions = True
        self._written = Written()
        self.remembered = Remembered(self._written)

    @property
    def is_embedded(self) -> bool:
        """Whether the engine lives in this process."""
        return urlsplit(self.dsn).scheme == "chdb"

    def ask(
        self,
        row: type[Row],
        question: Question,
        where: Condition = EVERYTHING,
        **parameters: object,
    ) -> list[Row]:
        """The rows that answer `question`, as `row`s: a dataclass with its columns as fields.

        Raises `TooHeavy` when it asks too much, `StoreBusy` when its turn does not come.
        """
        return self._ask(self._readers, row, question, where, parameters)

    def recall(
        self,
        row: type[Row],
        question: Question,
        where: Condition = EVERYTHING,
        **parameters: object,
    ) -> list[Row]:
        """The same, for a question over a span that is asked again and again: see `remembered`."""
        return self.remembered.ask(self, row, question, where, **parameters)

    def is_alive(self) -> bool:
        """Whether the store answers; it is asked by a client that no question keeps busy."""
        try:
            return bool(self._ask(self._watching, _Alive, question("alive", "econome.store.sql")))
        except StoreError:
            return False

    def apart(self) -> Store:
        """The same store by a reader of its own, for what must go on while heavy questions are asked.

        It raises `StoreError` for all that fails: nobody's question is to blame. It closes with this one.
        """
        other = copy.copy(self)
        other._readers = self._pool(1)  # noqa: SLF001 - it is one of us
        other._blames_questions = False  # noqa: SLF001
        return other

    def _ask(
        self,
        readers: _Pool,
        row: type[Row],
        question: Question,
        where: Condition = EVERYTHING,
        parameters: Mapping[str, object] | None = None,
    ) -> list[Row]:
        text = question.where(where)
        names = [field.name for field in fields(row)]  # type: ignore[arg-type]
        given = {**(parameters or {}), **where.parameters}
        with _one_of(readers) as reader, self._failures(question, reader):
            answer = reader.query(text, parameters=given, tz_mode="aware")
        if not answer.result_rows:
            return []  # chDB names no columns then
        columns = answer.column_names
        if tuple(columns) != tuple(names):
            message = f"{question.name} answers {columns}, not the fields of {row.__name__}: {names}"
            raise StoreError(message)
        return [row(*values) for values in answer.result_rows]

    def written(
        self,
        written_as: str,
        question: Question,
        where: Condition = EVERYTHING,
        **parameters: object,
    ) -> bytes:
        """The whole answer to `question` as the engine itself writes it, in one of its formats.

        It is whole or it raises, as `ask` does: a server gathers it before it sends the first byte, for
        one that fails halfway would write its error behind the rows.
        """
        given = {**parameters, **where.parameters}
        with _one_of(self._readers) as reader, self._failures(question, reader):
            return reader.raw_query(
                question.where(where), parameters=given, fmt=written_as, settings={"wait_end_of_query": 1}
            )

    @contextmanager
    def _failures(self, question: Question, reader: Client) -> Iterator[None]:
        """Says whose fault it is when the engine does not answer, and leaves nothing behind."""
        try:
            yield
        except ClickHouseError as error:
            if self.is_embedded:
                _rinse(reader)
            if self._blames_questions and (reason := _fault_of_question(str(error))):
                message = f"This asks too much: {reason}. Ask for a shorter time, or for less at once."
                raise TooHeavy(message) from error
            message = f"The store could not answer {question.name}: {error}"
            raise StoreError(message) from error

    def insert(self, table: str, columns: Mapping[str, Sequence[object]]) -> None:
        """Adds rows, column by column. They are in the store when this returns."""
        names = list(columns)
        with self._writing:
            try:
                self._writer.insert(table, list(columns.values()), column_names=names, column_oriented=True)
            except (DataError, ArithmeticError, ValueError, TypeError) as error:
                message = f"A value cannot be a column of {table}: {error}"
                raise BadRow(message) from error
            except ClickHouseError as error:
                message = f"The store did not take {len(columns[names[0]])} rows of {table}: {error}"
                raise (StoreDown if _is_down(error) else StoreError)(message) from error
            finally:
                if table == "runs":
                    self._written.to(cast("Sequence[datetime]", columns["key_time"]))

    def command(self, text: str, **parameters: object) -> object:
        """Runs a statement that changes the store."""
        with self._writing:
            try:
                return self._writer.command(text, parameters=parameters or None)
            except ClickHouseError as error:
                if self.is_embedded:
                    _rinse(self._writer)
                message = f"The store refused a statement: {error}"
                raise StoreError(message) from error
            finally:
                self._written.anywhere()

    def aside(self, text: str, **parameters: object) -> None:
        """Runs a statement about tables in the engine's memory: writers do not wait for it."""
        named = Question("a statement aside", text)
        with _one_of(self._readers) as reader, self._failures(named, reader):
            reader.command(text, parameters=parameters or None)

    def compact(self, table: str, partition_id: str) -> None:
        """Merges the parts of a partition into one. Takes a client of its own: writers do not wait."""
        client = self._connect({})
        try:
            client.command(f"optimize table {table} partition id '{partition_id}' final")
        except ClickHouseError as error:
            message = f"The store could not merge partition {partition_id} of {table}: {error}"
            raise StoreError(message) from error
        finally:
            client.close()

    def close(self) -> None:
        """Lets go of every client; the embedded engine stops with the last one."""
        for pool in self._pools:
            pool.close()
        self._writer.close()

    def _pool(self, size: int) -> _Pool:
        pool = _Pool(size, lambda: self._connect(READING))
        self._pools.append(pool)
        return pool

    def _connect(self, settings: Mapping[str, Any]) -> Client:
        options: dict[str, Any] = {"chdb_options": EMBEDDED} if self.is_embedded else {}
        try:
            client = clickhouse_connect.get_client(dsn=self.dsn, settings={**UTC_ONLY, **settings}, **options)
        except (ClickHouseError, RuntimeError, OSError) as error:
            message = f"Could not open the store {self.dsn}: {error}"
            raise StoreError(message) from error
        client.server_tz = UTC
        return client


class _Pool:
    """Readers, each of which opens when it is first needed: of a quiet server, that is one.

    To open one takes 16 ms, and a server has seven.
    """

    def __init__(self, size: int, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._places: queue.LifoQueue[Client | None] = queue.LifoQueue()
        for _ in range(size):
            self._places.put(None)

    def get(self, timeout: float | None = None) -> Client:
        """One that nobody has, the latest used first. Raises `queue.Empty`."""
        reader = self._places.get(timeout=timeout)
        if reader is not None:
            return reader
        try:
            return self._connect()
        except BaseException:
            self._places.put(None)
            raise

    def put(self, reader: Client) -> None:
        """Gives it back."""
        self._places.put(reader)

    def qsize(self) -> int:
        """How many nobody has."""
        return self._places.qsize()

    def close(self) -> None:
        """Closes those that nobody has."""
        while not self._places.empty():
            if (reader := self._places.get_nowait()) is not None:
                reader.close()


@contextmanager
def _one_of(readers: _Pool) -> Iterator[Client]:
    try:
        reader = readers.get(timeout=WAIT_SECONDS)
    except queue.Empty as error:
        message = "Other questions keep the store busy. Ask again in a moment."
        raise StoreBusy(message) from error
    try:
        yield reader
    finally:
        readers.put(reader)


def _rinse(reader: Client) -> None:
    """Empties a client whose last question failed.

    chDB 26.9 puts the rows that a question had answered before it failed in front of the next answer
    of the same client, whoever asked for that.
    """
    for _ in range(_RINSES):
        if reader.raw_query("select 1", fmt="CSV") == b"1\n":
            return
    message = "A reader of the store still holds what a failed question had answered"
    raise StoreError(message)


def _fault_of_question(said: str) -> str:
    """Why the engine could never answer this question; empty if it may be the engine's own trouble."""
    found = re.search(r"\bcode: (\d+)", said, re.IGNORECASE)
    code = int(found[1]) if found else 0
    if code == _MEMORY and "(total)" in said:  # of all questions together
        return ""
    return _TOO_HEAVY.get(code, "")


def _is_down(error: ClickHouseError) -> bool:
    return isinstance(error, OperationalError) or "NOT_ENOUGH_SPACE" in str(error)
