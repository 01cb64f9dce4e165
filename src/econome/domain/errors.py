"""The root of every error that Econome raises on purpose."""


class EconomeError(Exception):
    """Something the caller can understand and mend; its text says what and how."""
