"""Compacts the partitions that have gone quiet, so that questions find one version of each run.

A question over ten million runs took 482 ms while two versions of many lay in thirty parts,
and 53 ms once they were merged. ClickHouse merges by itself, but leaves the last parts of a
partition lie when nothing comes any more.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from econome.store.client import Store, StoreError
from econome.store.question import question

log = logging.getLogger(__name__)

TABLES = ("runs", "payloads", "projects", "prices", "feedback", "attachments", "keys")
EVERY_SECONDS = 60
QUIET_SECONDS = 120
"""Above the pauses of an app under load; below the coffee after which somebody looks."""
MOST_ROWS = 20_000_000
"""Of one partition: a larger one costs minutes of both cores, and the engine's own merges suffice."""


@dataclass(frozen=True, slots=True)
class _Partition:
    table: str
    partition_id: str
    parts: int
    stored: int


class Compaction:
    """A thread that wakes now and then, looks for quiet partitions, and merges one at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="compaction", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; a merge under way is waited for."""
        self._stop.set()
        self._thread.join()

    def compact(self, quiet_seconds: int = QUIET_SECONDS) -> int:
        """Merges every partition that has been quiet for that long, and says how many those were."""
        quiet = self._store.ask(
            _Partition,
            question("quiet_partitions", "econome.ingest.sql"),
            tables=list(TABLES),
            quiet_seconds=quiet_seconds,
        )
        done = 0
        for partition in quiet:
            if self._stop.is_set():
                break
            if partition.stored <= MOST_ROWS:
                self._store.compact(partition.table, partition.partition_id)
                done += 1
        return done

    def _work(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            try:
                self.compact()
            except StoreError as error:  # a full disk, say: the next round may find it mended
                log.warning("Compaction: %s", error)
