"""The store: ClickHouse, in the process or on a server, behind one small door.

Everything here is synchronous and safe to call from many threads: readers take a client
from a pool, for a client answers one question at a time.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC
from typing import Any, TypeVar
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from econome.domain.errors import EconomeError
from econome.domain.scope import EVERYTHING, Condition
from econome.store.question import Question

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


class Store:
    """An open store."""

    def __init__(self, dsn: str, *, readers: int = 4) -> None:
        """Opens `dsn`: `chdb:///folder` in the process, or `clickhouse://…` on a server."""
        self.dsn = dsn
        self._writing = threading.Lock()
        self._writer = self._connect({})
        self._readers: queue.LifoQueue[Client] = queue.LifoQueue()
        for _ in range(readers):
            self._readers.put(self._connect(READING))

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
        """The rows that answer `question`, as `row`s: a dataclass with its columns as fields."""
        text = question.where(where)
        names = [field.name for field in fields(row)]  # type: ignore[arg-type]
        with self._reader() as reader:
            try:
                answer = reader.query(text, parameters={**parameters, **where.parameters}, tz_mode="aware")
            except ClickHouseError as error:
                message = f"The store could not answer {question.name}: {error}"
                raise StoreError(message) from error
        if not answer.result_rows:
            return []  # chDB names no columns then
        columns = answer.column_names
        if tuple(columns) != tuple(names):
            message = f"{question.name} answers {columns}, not the fields of {row.__name__}: {names}"
            raise StoreError(message)
        return [row(*values) for values in answer.result_rows]

    def insert(self, table: str, columns: Mapping[str, Sequence[object]]) -> None:
        """Adds rows, column by column. They are in the store when this returns."""
        names = list(columns)
        with self._writing:
            try:
                self._writer.insert(table, list(columns.values()), column_names=names, column_oriented=True)
            except ClickHouseError as error:
                message = f"The store did not take {len(columns[names[0]])} rows of {table}: {error}"
                raise StoreError(message) from error

    def command(self, text: str, **parameters: object) -> object:
        """Runs a statement that changes the store."""
        with self._writing:
            try:
                return self._writer.command(text, parameters=parameters or None)
            except ClickHouseError as error:
                message = f"The store refused a statement: {error}"
                raise StoreError(message) from error

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
        while not self._readers.empty():
            self._readers.get_nowait().close()
        self._writer.close()

    def _connect(self, settings: Mapping[str, Any]) -> Client:
        options: dict[str, Any] = {"chdb_options": EMBEDDED} if self.is_embedded else {}
        try:
            client = clickhouse_connect.get_client(dsn=self.dsn, settings={**UTC_ONLY, **settings}, **options)
        except (ClickHouseError, RuntimeError, OSError) as error:
            message = f"Could not open the store {self.dsn}: {error}"
            raise StoreError(message) from error
        client.server_tz = UTC
        return client

    @contextmanager
    def _reader(self) -> Iterator[Client]:
        reader = self._readers.get()
        try:
            yield reader
        finally:
            self._readers.put(reader)
