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
# ///
"""Chat, retrieval and an agent."""

import llamaindex_talk
import otlp
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

with otlp.traces() as provider:
    LlamaIndexInstrumentor().instrument(tracer_provider=provider)
    llamaindex_talk.all_calls()
