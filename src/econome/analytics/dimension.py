"""By what a total may be split."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """A property of runs to group by. What is not here is not permitted."""

    PROJECT = "project"
    MODEL = "model"
    PROVIDER = "provider"
    NAME = "name"
    KIND = "kind"
    STATUS = "status"
    TAG = "tag"
    USER = "user"
    SESSION = "session"
    ENVIRONMENT = "environment"
    USAGE_SOURCE = "usage_source"

    @property
    def column(self) -> str:
        """The column of `runs` that holds it; what ancestors hand down is in it."""
        if self is Dimension.TAG:
            return "effective_tags"
        return f"effective_{self.value}" if self in _INHERITED else self.value

    @property
    def is_of_calls(self) -> bool:
        """Whether calls have it and the traces around them mostly do not: calls then tell its speed."""
        return self in {Dimension.MODEL, Dimension.PROVIDER, Dimension.KIND, Dimension.USAGE_SOURCE}

    @property
    def is_overlapping(self) -> bool:
        """Whether a run may have several of its values, so that parts add up to more than the whole."""
        return self is Dimension.TAG


_INHERITED = frozenset({Dimension.USER, Dimension.SESSION, Dimension.ENVIRONMENT})
