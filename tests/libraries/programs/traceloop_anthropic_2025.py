# /// script
# dependencies = [
#     "opentelemetry-instrumentation-anthropic==0.40.14",
#     "anthropic<1",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) of 2025 for Anthropic"
# ///
"""OpenLLMetry's old names."""

import conversations
import otlp
from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

with otlp.traces() as provider:
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    conversations.anthropic_all(Anthropic())
