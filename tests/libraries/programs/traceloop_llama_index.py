# /// script
# dependencies = [
#     "opentelemetry-instrumentation-llamaindex",
#     "llama-index-core",
#     "llama-index-llms-openai",
#     "llama-index-embeddings-openai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for LlamaIndex"
# ///
"""Chat, retrieval and an agent."""

import llamaindex_talk
import otlp
from opentelemetry.instrumentation.llamaindex import LlamaIndexInstrumentor

with otlp.everything() as providers:
    LlamaIndexInstrumentor().instrument(**providers)
    llamaindex_talk.all_calls()
