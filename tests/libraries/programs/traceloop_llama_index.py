# /// script
# dependencies = [
#     "opentelemetry-instrumentation-llamaindex",
#     "opentelemetry-instrumentation-openai",
#     "llama-index-core",
#     "llama-index-llms-openai",
#     "llama-index-embeddings-openai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for LlamaIndex, and for OpenAI below it"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["usage"]
# why = "LlamaIndex throws it away, and calls OpenAI by a way that is not instrumented"
# ///
"""Both, as Traceloop's SDK installs them: the first has spans of workflows alone."""

import llamaindex_talk
from opentelemetry.instrumentation.llamaindex import LlamaIndexInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

import otlp

with otlp.everything() as providers:
    LlamaIndexInstrumentor().instrument(**providers)
    OpenAIInstrumentor().instrument(**providers)
    llamaindex_talk.all_calls()
