# /// script
# dependencies = [
#     "openinference-instrumentation-openai-agents",
#     "openai-agents",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for OpenAI's Agents SDK"
# ///
"""Agents, their turns, and their calls."""

import agents_talk
import otlp
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

with otlp.traces() as provider:
    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
    agents_talk.all_calls()
