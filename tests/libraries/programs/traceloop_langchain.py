# /// script
# dependencies = [
#     "opentelemetry-instrumentation-langchain",
#     "langchain>=1",
#     "langchain-openai>=1",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for LangChain and LangGraph"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "LangChain tells no callback of its embeddings"
#
# [[tool.econome.lost]]
# calls = "thinking chat"
# what = ["reasoning"]
# why = "it is not among the attributes of LangChain's spans"
# ///
"""Workflows, tasks, and their calls."""

import langchain_talk
from opentelemetry.instrumentation.langchain import LangchainInstrumentor

import otlp

with otlp.everything() as providers:
    LangchainInstrumentor().instrument(**providers)
    langchain_talk.all_calls()
