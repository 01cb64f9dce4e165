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
# ///
"""OpenLLMetry's old names: gen_ai.usage.prompt_tokens, gen_ai.prompt.0.content."""

import conversations
import otlp
from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

with otlp.traces() as provider:
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    conversations.openai_all(OpenAI())
