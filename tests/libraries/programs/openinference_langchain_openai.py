# /// script
# dependencies = [
#     "openinference-instrumentation-langchain",
#     "openinference-instrumentation-openai",
#     "langchain>=1",
#     "langchain-openai>=1",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for LangChain and, nested in it, for OpenAI"
#
# [[tool.econome.lost]]
# calls = "failing chat"
# what = ["twice"]
# why = "a refusal has no id, and LangChain's span is no parent of the span of the client below"
# ///
"""Each call twice: LangChain's span and that of the client below."""

import langchain_talk
from openinference.instrumentation.langchain import LangChainInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

import otlp

with otlp.traces() as provider:
    LangChainInstrumentor().instrument(tracer_provider=provider)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    langchain_talk.all_calls()
