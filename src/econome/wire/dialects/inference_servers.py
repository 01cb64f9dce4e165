"""vLLM's and SGLang's own spans: a call as its server saw it, with what it waited for.

They lie below the client's span of the same call wherever that passes its trace on, and then the
client's counts. They seldom name the model, and hold no text. The cached tokens, which SGLang
alone reports, are part of the prompt.
"""

from __future__ import annotations

from datetime import timedelta

from econome.domain.run import Kind
from econome.wire.dialects.otel_genai import read_genai
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import number, text
from econome.wire.otlp.span import Span

CONVENTION = "inference_server"

_WHOLE = "gen_ai.latency.e2e"
_MARKS = (_WHOLE, "gen_ai.latency.time_in_queue", "gen_ai.latency.time_to_first_token")
_ANSWERS = ("chatcmpl-", "cmpl-")
_ID_CHARACTERS = 16


def read(span: Span) -> Told:
    """What a server's span of a call tells."""
    given, scope = span.attributes, span.source.scope.lower()
    told = read_genai(span, CONVENTION)
    is_whole = told.account is not None or _WHOLE in given  # a part of the way has times alone
    told.kind, told.is_server = Kind.LLM if is_whole else "", is_whole
    told.provider = told.provider or next((name for name in ("vllm", "sglang") if name in scope), "")
    waited = number(given, "gen_ai.latency.time_to_first_token")
    if waited is not None and span.started_at is not None and 0 <= waited < 86_400:
        told.first_token_at = span.started_at + timedelta(seconds=waited)
    told.response_id = told.response_id or _answer(text(given, "gen_ai.request.id"))
    return told


def _answer(request: str) -> str:
    """The id of the answer that a request's id is made of: several prompts of one request are numbered."""
    for kind in _ANSWERS:
        if request.startswith(kind):
            own = request[len(kind) :].partition("-")[0]
            return kind + own if len(own) >= _ID_CHARACTERS else request
    return ""


def _matches(span: Span) -> bool:
    return not span.attributes.keys().isdisjoint(_MARKS)


DIALECT = Dialect(CONVENTION, _matches, read)
