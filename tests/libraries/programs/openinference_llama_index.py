# /// script
# dependencies = [
#     "openinference-instrumentation-llama-index",
#     "llama-index-core",
#     "llama-index-llms-openai",
#     "llama-index-embeddings-openai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for LlamaIndex"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["usage"]
# why = "LlamaIndex throws the usage of embeddings away"
# ///
"""Chat, retrieval and an agent."""

import llamaindex_talk
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

import otlp

with otlp.traces() as provider:
    LlamaIndexInstrumentor().instrument(tracer_provider=provider)
    llamaindex_talk.all_calls()
