"""What can be wrong with a question."""

from econome.domain.errors import EconomeError


class BadQuestion(EconomeError):
    """Something was asked that has no answer; the text says what may be asked."""
