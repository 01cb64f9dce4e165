"""Versions of rows: the later one replaces the earlier."""

from __future__ import annotations

import time


def next_version(previous: int) -> int:
    """A version above `previous`: microseconds since 1970, unless the clock went back."""
    return max(time.time_ns() // 1000, previous + 1)
