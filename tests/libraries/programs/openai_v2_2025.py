# /// script
# dependencies = [
#     "opentelemetry-instrumentation-openai-v2==2.1b0",
#     "openai<2",
#     "opentelemetry-sdk<1.37",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry of 2025 for OpenAI (openai-v2)"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "true"
#
# [[tool.econome.lost]]
# calls = "*response*"
# what = ["call"]
# why = "not instrumented then"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "not instrumented then"
#
# [[tool.econome.lost]]
# calls = "*"
# what = ["cache_read", "reasoning"]
# why = "the conventions of its time had no names for them"
# ///
"""The names of 2025: gen_ai.system instead of gen_ai.provider.name."""

import conversations
from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

import otlp

with otlp.everything() as providers:
    OpenAIInstrumentor().instrument(**providers)
    conversations.openai_all(OpenAI())
