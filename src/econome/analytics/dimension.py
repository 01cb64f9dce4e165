"""By what a total may be split."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from econome.analytics.errors import BadQuestion
from econome.store.question import Question

OF_METADATA = "metadata."
LONGEST_KEY = 200


class Dimension(StrEnum):
    """A property of runs to group by. Beside these only a key of their metadata is permitted."""

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
    PROMPT = "prompt"
    PROMPT_VERSION = "prompt_version"
    CALL_SITE = "call_site"

    @property
    def column(self) -> str:
        """The column of `runs` that holds it: with what ancestors hand down, a version with its prompt."""
        if self is Dimension.TAG:
            return "effective_tags"
        return f"effective_{self.value}" if self in _EFFECTIVE else self.value

    @property
    def is_of_calls(self) -> bool:
        """Whether calls have it and the traces around them mostly do not: calls then tell its speed."""
        return self in _OF_CALLS

    @property
    def is_overlapping(self) -> bool:
        """Whether a run may have several of its values, so that parts add up to more than the whole."""
        return self is Dimension.TAG


@dataclass(frozen=True, slots=True)
class MetadataKey:
    """What a run, or one above it, says under one key of its metadata; nothing is the empty value."""

    key: str

    @property
    def value(self) -> str:
        """Its name."""
        return OF_METADATA + self.key

    @property
    def is_of_calls(self) -> bool:
        """Traces have it, and hand it down."""
        return False

    @property
    def is_overlapping(self) -> bool:
        """A key has one value."""
        return False


By = Dimension | MetadataKey


def by_of(text: str) -> By | None:
    """The dimension of that name, such as `model` or `metadata.folder`; None if there is none."""
    key = text.removeprefix(OF_METADATA)
    if key != text and 0 < len(key) <= LONGEST_KEY:
        return MetadataKey(key)
    try:
        return Dimension(text)
    except ValueError:
        return None


def dimension(text: str, *others: str, parameter: str = "by") -> By:
    """The same; raises `BadQuestion` for what is none, and says what else would do."""
    found = by_of(text)
    if found is None:
        allowed = ", ".join([*Dimension, f"{OF_METADATA}KEY", *others])
        raise BadQuestion(f'{parameter}: "{text[:64]}" is none of {allowed}')
    return found


def split(
    question: Question, by: By | str, parameter: str = "dimension"
) -> tuple[Question, dict[str, object]]:
    """The question split by a dimension, or by a column, with what binds that.

    What has one value is asked without the detour over an array, which costs as much as the sums do.
    A column is an identifier. A key of metadata cannot be one: it is a text, bound as any other, in an
    expression that stands for `effective_metadata[key]`, which would build the whole map first.
    """
    column, text = f"{{{parameter}:Identifier}}", question.text
    if by is not Dimension.TAG:
        for over_array, alone in _ALONE.items():
            text = text.replace(over_array.replace("column", column), alone.replace("column", column))
    if not isinstance(by, MetadataKey):
        return Question(question.name, text), {parameter: by.column if isinstance(by, Dimension) else by}
    key = f"{{{parameter}:String}}"
    value = f"if(mapContains(metadata, {key}), metadata[{key}], inherited_metadata[{key}])"
    return Question(question.name, text.replace(column, value)), {parameter: by.key}


_ALONE = {
    "hasAny({values:Array(String)}, emptyArrayToSingle(flatten([column])))": (
        "has({values:Array(String)}, toString(column))"
    ),
    "arrayJoin(emptyArrayToSingle(arrayDistinct(flatten([column]))))": "column",
    "arrayJoin(arrayDistinct(flatten([column])))": "column",
    "arrayJoin(arrayCompact(arraySort(arrayMap(\n"
    "            x -> if(has({values:Array(String)}, toString(x)), toString(x), null),\n"
    "            emptyArrayToSingle(flatten([column]))\n"
    "        ))))": "if(has({values:Array(String)}, toString(column)), toString(column), null)",
}
"""How questions name the values of a dimension that may have several, and the same of one that has one."""
_OF_CALLS = frozenset(
    (
        *(Dimension.MODEL, Dimension.PROVIDER, Dimension.KIND, Dimension.USAGE_SOURCE),
        *(Dimension.PROMPT, Dimension.PROMPT_VERSION, Dimension.CALL_SITE),
    )
)
_EFFECTIVE = frozenset({Dimension.USER, Dimension.SESSION, Dimension.ENVIRONMENT, Dimension.PROMPT_VERSION})
