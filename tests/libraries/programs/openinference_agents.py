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
#
# [[tool.econome.lost]]
# calls = "cached chat"
# what = ["cache_read"]
# why = "of chat completions the SDK's own spans hold two sums alone"
# ///
"""Agents, their turns, and their calls."""

import agents_talk
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

import otlp

with otlp.traces() as provider:
    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
    agents_talk.all_calls()
