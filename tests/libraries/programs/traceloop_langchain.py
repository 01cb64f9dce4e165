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
# ///
"""Workflows, tasks, and their calls."""

import langchain_talk
import otlp
from opentelemetry.instrumentation.langchain import LangchainInstrumentor

with otlp.everything() as providers:
    LangchainInstrumentor().instrument(**providers)
    langchain_talk.all_calls()
