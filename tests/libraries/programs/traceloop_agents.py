# /// script
# dependencies = [
#     "opentelemetry-instrumentation-openai-agents",
#     "openai-agents",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for OpenAI's Agents SDK"
# ///
"""Agents and their calls."""

import agents_talk
import otlp
from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

with otlp.everything() as providers:
    OpenAIAgentsInstrumentor().instrument(**providers)
    agents_talk.all_calls()
