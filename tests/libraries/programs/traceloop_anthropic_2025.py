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
#
# [[tool.econome.lost]]
# calls = "*message stream"
# what = ["usage"]
# why = "the streams of its time are not read by it"
#
# [[tool.econome.lost]]
# calls = "failing message"
# what = ["call"]
# why = "a refused call leaves no span"
# ///
"""OpenLLMetry's old names."""

import conversations
from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

import otlp

with otlp.traces() as provider:
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    conversations.anthropic_all(Anthropic())
