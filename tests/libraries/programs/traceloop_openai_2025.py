# /// script
# dependencies = [
#     "opentelemetry-instrumentation-openai==0.40.14",
#     "openai<2",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) of 2025 for OpenAI"
#
# [[tool.econome.lost]]
# calls = "*response*"
# what = ["call"]
# why = "the responses API is younger"
#
# [[tool.econome.lost]]
# calls = "*chat stream"
# what = ["usage"]
# why = "the last chunk of a stream is not read"
#
# [[tool.econome.lost]]
# calls = "thinking chat"
# what = ["reasoning"]
# why = "not known then"
# ///
"""OpenLLMetry's old names: gen_ai.usage.prompt_tokens, gen_ai.prompt.0.content."""

import conversations
from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

import otlp

with otlp.traces() as provider:
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    conversations.openai_all(OpenAI())
