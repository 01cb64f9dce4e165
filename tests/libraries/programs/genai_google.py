# /// script
# dependencies = [
#     "opentelemetry-instrumentation-google-genai",
#     "google-genai<3",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for Google's GenAI SDK"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""OpenTelemetry's own instrumentation."""

import conversations
from google import genai
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

import otlp

with otlp.everything() as providers:
    GoogleGenAiSdkInstrumentor().instrument(**providers)
    conversations.gemini_all(genai.Client())
