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
# ///
"""Each call twice: LangChain's span and that of the client below."""

import langchain_talk
import otlp
from openinference.instrumentation.langchain import LangChainInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

with otlp.traces() as provider:
    LangChainInstrumentor().instrument(tracer_provider=provider)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    langchain_talk.all_calls()
