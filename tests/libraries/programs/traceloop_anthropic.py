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
# ///
"""OpenLLMetry's instrumentation, and the SDK's own spans beside it."""

import conversations
import otlp
from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

with otlp.everything() as providers:
    AnthropicInstrumentor().instrument(**providers)
    conversations.anthropic_all(Anthropic())
