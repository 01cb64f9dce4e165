# /// script
# dependencies = [
#     "opentelemetry-instrumentation-genai-openai-agents",
#     "openai-agents",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for OpenAI's Agents SDK"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
# ///
"""Agents and their calls."""

import agents_talk
import otlp
from opentelemetry.instrumentation.genai.openai_agents import OpenAIAgentsInstrumentor

with otlp.everything() as providers:
    OpenAIAgentsInstrumentor().instrument(**providers)
    agents_talk.all_calls()
