# /// script
# dependencies = [
#     "opentelemetry-instrumentation-bedrock",
#     "boto3",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for Bedrock"
# ///
"""OpenLLMetry, which passes AWS's counts on: without the cache."""

import boto3
import conversations
from opentelemetry.instrumentation.bedrock import BedrockInstrumentor

import otlp

with otlp.everything() as providers:
    BedrockInstrumentor().instrument(**providers)
    conversations.bedrock_all(boto3.client("bedrock-runtime"))
