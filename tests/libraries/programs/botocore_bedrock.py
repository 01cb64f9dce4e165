# /// script
# dependencies = [
#     "opentelemetry-instrumentation-botocore",
#     "boto3",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for AWS's client"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""The instrumentation of all of AWS, which knows Bedrock too."""

import boto3
import conversations
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor

import otlp

with otlp.everything() as providers:
    BotocoreInstrumentor().instrument(**providers)
    conversations.bedrock_all(boto3.client("bedrock-runtime"))
