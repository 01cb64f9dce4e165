# /// script
# dependencies = [
#     "opentelemetry-instrumentation-genai-openai-agents",
#     "opentelemetry-instrumentation-genai-openai",
#     "openai-agents",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for OpenAI's Agents SDK, and for OpenAI below it"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""Both: the first has spans of agents and tools alone."""

import agents_talk
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.instrumentation.genai.openai_agents import OpenAIAgentsInstrumentor

import otlp

with otlp.everything() as providers:
    OpenAIAgentsInstrumentor().instrument(**providers)
    OpenAIInstrumentor().instrument(**providers)
    agents_talk.all_calls()
