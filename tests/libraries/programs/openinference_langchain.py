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
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "LangChain tells no callback of its embeddings"
# ///
"""Chains, an agent, and their calls."""

import langchain_talk
from openinference.instrumentation.langchain import LangChainInstrumentor

import otlp

with otlp.traces() as provider:
    LangChainInstrumentor().instrument(tracer_provider=provider)
    langchain_talk.all_calls()
