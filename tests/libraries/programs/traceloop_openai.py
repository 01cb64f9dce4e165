# /// script
# dependencies = [
#     "opentelemetry-instrumentation-openai==0.62.4",
#     "openai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for OpenAI"
#
# [[tool.econome.lost]]
# calls = "thinking chat stream"
# what = ["reasoning"]
# why = "not read of streams"
# ///
"""OpenLLMetry's instrumentation of OpenAI's client."""

import conversations
from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

import otlp

with otlp.everything() as providers:
    OpenAIInstrumentor().instrument(**providers)
    conversations.openai_all(OpenAI())
