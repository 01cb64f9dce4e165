"""How many bytes may be on their way into the store at once."""

from __future__ import annotations

import threading

from econome.domain.errors import EconomeError


class Overloaded(EconomeError):
    """The store is slower than the senders; they are to come again, with what they sent."""


class Budget:
    """Counts bytes in flight. Memory stays bounded because nothing is read beyond it."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._used = 0

    @property
    def used_bytes(self) -> int:
        """What is in flight now."""
        return self._used

    def take(self, size_bytes: int) -> None:
        """Reserves room. Raises `Overloaded` when there is none.

        A lone request is let in whatever its size: refusing it would be refusing it for ever.
        """
        with self._lock:
            if self._used and self._used + size_bytes > self.limit_bytes:
                message = (
                    f"{self._used:,} bytes are waiting for the store, and {self.limit_bytes:,} is the most."
                    " Send the same request again in a moment."
                )
                raise Overloaded(message)
            self._used += size_bytes

    def give_back(self, size_bytes: int) -> None:
        """Frees room."""
        with self._lock:
            self._used -= size_bytes
