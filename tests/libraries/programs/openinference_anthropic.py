# /// script
# dependencies = [
#     "openinference-instrumentation-anthropic==3.1.0",
#     "anthropic",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for Anthropic, whose SDK sends spans of its own below"
# ///
"""Two spans a call: the instrumentation's and the SDK's."""

import conversations
from anthropic import Anthropic
from openinference.instrumentation.anthropic import AnthropicInstrumentor

import otlp

with otlp.traces() as provider:
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    conversations.anthropic_all(Anthropic())
