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
# ///
"""OpenLLMetry's instrumentation of OpenAI's client."""

import conversations
import otlp
from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

with otlp.everything() as providers:
    OpenAIInstrumentor().instrument(**providers)
    conversations.openai_all(OpenAI())
