# /// script
# dependencies = [
#     "openinference-instrumentation-bedrock",
#     "boto3",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for Bedrock"
# ///
"""OpenInference's instrumentation of AWS's client."""

import boto3
import conversations
from openinference.instrumentation.bedrock import BedrockInstrumentor

import otlp

with otlp.traces() as provider:
    BedrockInstrumentor().instrument(tracer_provider=provider)
    conversations.bedrock_all(boto3.client("bedrock-runtime"))
