# /// script
# dependencies = [
#     "opentelemetry-instrumentation-genai-anthropic==1.3b0",
#     "anthropic",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for Anthropic: spans, log events and metrics"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""The same tokens four times: Anthropic's SDK adds its own spans."""

import conversations
from anthropic import Anthropic
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

import otlp

with otlp.everything() as providers:
    AnthropicInstrumentor().instrument(**providers)
    conversations.anthropic_all(Anthropic())
