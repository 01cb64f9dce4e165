"""The spans that Anthropic's own SDKs write, unasked, wherever OpenTelemetry's API is installed.

They repeat the calls of every other instrumentation of Anthropic, and hold no conversation; but
they alone say how long what was cached lives. Their input contains the cached tokens, although
the provider's own object leaves them out. Nobody states a cost here.
"""

from __future__ import annotations

from econome.wire.dialects.otel_genai import read_genai
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import text
from econome.wire.otlp.span import SERVER, Span

CONVENTION = "anthropic.sdk"

_SCOPES = ("com.anthropic.sdk", "com.anthropic.claude-platform")


def read(span: Span) -> Told:
    """What a span of Anthropic's SDK tells, or of its platform, which answers for the server."""
    told = read_genai(span, CONVENTION)
    told.provider = told.provider or "anthropic"
    told.is_server = span.kind == SERVER or span.source.scope.startswith(_SCOPES[1])
    stopped = text(span.attributes, "anthropic.message.stop_reason")
    if stopped:
        told.metadata["stop_reason"] = stopped
    return told


DIALECT = Dialect(CONVENTION, lambda span: span.source.scope.startswith(_SCOPES), read)
