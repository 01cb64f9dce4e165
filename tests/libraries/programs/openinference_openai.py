# /// script
# dependencies = [
#     "openinference-instrumentation-openai==0.1.66",
#     "openai==3.57.0",
#     "opentelemetry-sdk==1.45.2",
#     "opentelemetry-exporter-otlp-proto-http==1.45.2",
# ]
#
# [tool.econome]
# title = "OpenInference for OpenAI"
# ///
"""OpenInference, as Phoenix installs it."""

import conversations
from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor

import otlp

with otlp.traces() as provider:
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    conversations.openai_all(OpenAI())
