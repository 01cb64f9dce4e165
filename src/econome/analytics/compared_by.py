"""By what two sides of a comparison may differ: any dimension, or what the app asked a model for."""

from __future__ import annotations

from enum import StrEnum

from econome.analytics.dimension import OF_METADATA, By, Dimension, MetadataKey, by_of
from econome.analytics.errors import BadQuestion
from econome.analytics.filter_syntax import And, Comparison, Expression, Not


class CallParameter(StrEnum):
    """What an app asks a model for. A call without one has the empty value."""

    TEMPERATURE = "temperature"
    TOP_P = "top_p"
    MAX_TOKENS = "max_tokens"


ComparedBy = By | CallParameter


def compared_by(text: str) -> ComparedBy:
    """The dimension or parameter of that name. Raises `BadQuestion`, which says what else would do."""
    found = by_of(text)
    if found is not None:
        return found
    try:
        return CallParameter(text)
    except ValueError:
        allowed = ", ".join([*Dimension, f"{OF_METADATA}KEY", *CallParameter])
        raise BadQuestion(f'by: "{text[:64]}" is none of {allowed}') from None


def has_value(by: ComparedBy, value: str) -> Expression:
    """The condition that keeps the runs with this value; the empty one keeps those without any.

    Raises `BadQuestion` for a value that the parameter cannot have.
    """
    if isinstance(by, MetadataKey):
        given = Comparison("eq", "metadata_key", by.key)
        if not value:
            return Not(And((given, Comparison("neq", "metadata_value", ""))))
        return And((given, Comparison("eq", "metadata_value", value)))
    if isinstance(by, CallParameter):
        return Comparison("eq", by.value, _number(by, value))
    if by is Dimension.TAG:
        return Comparison("has", "tags", value) if value else Comparison("eq", "tags", None)
    return Comparison("eq", by.value, value)


def _number(by: CallParameter, value: str) -> float | int | None:
    if not value:
        return None
    try:
        number = float(value)
    except ValueError as error:
        raise BadQuestion(f'{by.value}: "{value[:64]}" is no number; nothing stands for none') from error
    return int(number) if number.is_integer() else number
