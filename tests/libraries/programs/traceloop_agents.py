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
#
# [[tool.econome.lost]]
# calls = "*chat"
# what = ["usage"]
# why = "read of the responses API alone"
# ///
"""Agents and their calls."""

import agents_talk
from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

import otlp

with otlp.everything() as providers:
    OpenAIAgentsInstrumentor().instrument(**providers)
    agents_talk.all_calls()
