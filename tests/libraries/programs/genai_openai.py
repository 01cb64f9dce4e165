# /// script
# dependencies = [
#     "opentelemetry-instrumentation-genai-openai==1.3b0",
#     "openai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for OpenAI: spans, log events and metrics"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""The same tokens three times: on the spans, in the log events, in the metrics."""

import conversations
from openai import OpenAI
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

import otlp

with otlp.everything() as providers:
    OpenAIInstrumentor().instrument(**providers)
    conversations.openai_all(OpenAI())
