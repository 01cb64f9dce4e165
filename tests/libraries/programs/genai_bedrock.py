# /// script
# dependencies = [
#     "opentelemetry-instrumentation-genai-bedrock==1.3b0",
#     "boto3",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for Bedrock"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""OpenTelemetry's own instrumentation, which passes AWS's counts on: without the cache."""

import boto3
import conversations
from opentelemetry.instrumentation.genai.bedrock import BedrockInstrumentor

import otlp

with otlp.everything() as providers:
    BedrockInstrumentor().instrument(**providers)
    conversations.bedrock_all(boto3.client("bedrock-runtime"))
