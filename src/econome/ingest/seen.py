"""Which traces this process has seen, in little memory.

An id of OpenTelemetry's tells no time, so whether the store knows a trace cannot be told from its
id. It can be told from this: a trace that was never seen here, and whose runs began well after
everything that is not remembered here, is new.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from econome.domain.run import UNDATED

APART: Final = timedelta(days=1)
"""How far the runs of one trace lie apart, at most, where its id tells no time."""

_BITS = 24
_MASK = (1 << _BITS) - 1
_PLACES = 4
_MOST = 1_000_000  # ids of a filter: beyond, one in 400 would be taken for seen


class Seen:
    """Two Bloom filters, of which the older is dropped when the younger is full: 4 MB, a million ids or two.

    The ids are random, so their own bits choose their places. One that is taken for seen and was
    not costs a question to the store, nothing more.
    """

    def __init__(self, until: datetime, most: int = _MOST) -> None:
        """`until` is the latest key time in the store of what was written before this process."""
        self.until = until
        self._most = most
        self._young, self._old = bytearray(1 << _BITS - 3), bytearray(1 << _BITS - 3)
        self._count = 0
        self._latest, self._latest_old = UNDATED, UNDATED

    def add(self, trace_id: int, key_time: datetime) -> None:
        """Remembers a trace; `key_time` is that of one of its runs."""
        self._latest = max(self._latest, key_time)
        if self._has(self._young, trace_id):
            return
        for shift in range(0, _PLACES * _BITS, _BITS):
            place = trace_id >> shift & _MASK
            self._young[place >> 3] |= 1 << (place & 7)
        self._count += 1
        if self._count >= self._most:
            self.until = max(self.until, self._latest_old)
            self._old, self._young = self._young, bytearray(1 << _BITS - 3)
            self._latest_old, self._latest, self._count = self._latest, UNDATED, 0

    def is_new(self, trace_id: int, key_time: datetime) -> bool:
        """Whether the store cannot know this trace, one of whose runs has this key time."""
        if key_time - APART <= self.until:
            return False
        return not (self._has(self._young, trace_id) or self._has(self._old, trace_id))

    @staticmethod
    def _has(places: bytearray, trace_id: int) -> bool:
        for shift in range(0, _PLACES * _BITS, _BITS):
            place = trace_id >> shift & _MASK
            if not places[place >> 3] >> (place & 7) & 1:
                return False
        return True
