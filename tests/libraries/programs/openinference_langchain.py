# /// script
# dependencies = [
#     "openinference-instrumentation-langchain",
#     "langchain>=1",
#     "langchain-openai>=1",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for LangChain and LangGraph"
# ///
"""Chains, an agent, and their calls."""

import langchain_talk
import otlp
from openinference.instrumentation.langchain import LangChainInstrumentor

with otlp.traces() as provider:
    LangChainInstrumentor().instrument(tracer_provider=provider)
    langchain_talk.all_calls()
