"""Instrumentations of Amazon Bedrock: they forward its counts, whose input leaves the cache out.

OpenTelemetry's conventions want it inside, and nothing in the numbers of a small cache shows that
it is not; so it is known by who wrote the span. OpenLLMetry's does the same, see `traceloop`.
"""

from __future__ import annotations

from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.told import Dialect, Told
from econome.wire.otlp.span import Span

CONVENTION = "otel.bedrock"

_SCOPES = (
    "opentelemetry.instrumentation.botocore",
    "opentelemetry.instrumentation.genai.bedrock",
)


def read(span: Span) -> Told:
    """What a span of Bedrock tells."""
    told = read_genai(span, CONVENTION)
    told.account = usage_of(span.attributes, CONVENTION, told.notes, cache_outside=True)
    told.provider = told.provider or "aws.bedrock"
    return told


def _matches(span: Span) -> bool:
    """Whether it is one of them, and of a model: botocore's are of every service."""
    given = span.attributes
    return span.source.scope.startswith(_SCOPES) and (
        "gen_ai.request.model" in given or "gen_ai.operation.name" in given or "gen_ai.system" in given
    )


DIALECT = Dialect(CONVENTION, _matches, read)
