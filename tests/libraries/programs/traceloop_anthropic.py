# /// script
# dependencies = [
#     "opentelemetry-instrumentation-anthropic==0.62.4",
#     "anthropic",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for Anthropic"
#
# [[tool.econome.lost]]
# calls = "failing message"
# what = ["twice"]
# why = "a refusal has no id that would join the SDK's span and Traceloop's"
# ///
"""OpenLLMetry's instrumentation, and the SDK's own spans beside it."""

import conversations
from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

import otlp

with otlp.everything() as providers:
    AnthropicInstrumentor().instrument(**providers)
    conversations.anthropic_all(Anthropic())
